#include "http/byte_arena.h"

#include <algorithm>
#include <cstring>

namespace minato::http {

std::string_view ByteArena::Keep(std::string_view bytes) {
  if (bytes.empty()) return "";
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < bytes.size()) {
    const size_t size = std::max(kBlockBytes, bytes.size());
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size, 0});
  }
  Block& block = blocks_.back();
  char* const kept = block.bytes.get() + block.used;
  std::memcpy(kept, bytes.data(), bytes.size());
  block.used += bytes.size();
  return {kept, bytes.size()};
}

void ByteArena::Clear() {
  if (blocks_.empty()) return;
  const bool keeps_first = blocks_.front().size == kBlockBytes;
  blocks_.erase(blocks_.begin() + (keeps_first ? 1 : 0), blocks_.end());
  if (keeps_first) blocks_.front().used = 0;
}

}  // namespace minato::http
