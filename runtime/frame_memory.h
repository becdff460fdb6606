// Where the frames of coroutines lie.
//
// A request runs some fifteen coroutines, of the same sizes as the request before it. What one of them leaves, the next
// one on the same thread takes, which costs a quarter of what an allocator takes for it. Base of promises.
#pragma once

#include <cstddef>

namespace minato::internal {

class FrameMemory {
 public:
  static void* operator new(size_t bytes);
  static void operator delete(void* frame, size_t bytes);
};

}  // namespace minato::internal
