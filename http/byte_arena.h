// Bytes that are kept where they are until all of them may go.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace minato::http {

class ByteArena {
 public:
  // Room for so many bytes that holds until Clear; for none it may be nullptr.
  char* Room(size_t bytes);
  // One block stays, for what comes next.
  void Clear();

 private:
  static constexpr size_t kBlockBytes = 8 * 1024;  // larger rooms have a block of their own

  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    size_t used = 0;
  };
  std::vector<Block> blocks_;  // the last one has room
};

}  // namespace minato::http
