// Bytes that are kept where they are until all of them may go.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace minato::http {

class ByteArena {
 public:
  // A copy that holds until Clear.
  std::string_view Keep(std::string_view bytes);
  // One block stays, for what comes next.
  void Clear();

 private:
  static constexpr size_t kBlockBytes = 8 * 1024;  // longer pieces have a block of their own

  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
    size_t used = 0;
  };
  std::vector<Block> blocks_;  // the last one has room
};

}  // namespace minato::http
