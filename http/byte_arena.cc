#include "http/byte_arena.h"

#include <algorithm>

namespace minato::http {

char* ByteArena::Room(size_t bytes) {
  if (bytes == 0) return nullptr;
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < bytes) {
    const size_t size = std::max(kBlockBytes, bytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size, 0});
  }
  Block& block = blocks_.back();
  char* const room = block.bytes.get() + block.used;
  block.used += bytes;
  return room;
}

void ByteArena::Clear() {
  if (blocks_.empty()) return;
  const bool keeps_first = blocks_.front().size == kBlockBytes;
  blocks_.erase(blocks_.begin() + (keeps_first ? 1 : 0), blocks_.end());
  if (keeps_first) blocks_.front().used = 0;
}

}  // namespace minato::http
