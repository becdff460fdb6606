#include "runtime/frame_memory.h"

#include <absl/base/config.h>

#include <new>

namespace minato::internal {
namespace {

// Frames are kept by size, up to 4 KiB.
constexpr size_t kStepBytes = 64;
constexpr size_t kSizes = 64;
// Of a thread.
constexpr size_t kKeptBytesMax = 256 << 10;

#ifdef ABSL_HAVE_ADDRESS_SANITIZER
constexpr bool kKeeps = false;  // it is to see who uses a frame that has ended
#else
constexpr bool kKeeps = true;
#endif

struct Free {
  Free* next;
};

// Frames that ended on this thread. Without a destructor, so that looking at it takes no more than an address.
struct Kept {
  Free* first[kSizes];
  size_t room_bytes;  // for more
  bool began;
};
constinit thread_local Kept kept = {};

struct AtThreadEnd {
  ~AtThreadEnd() {
    kept.room_bytes = 0;
    for (Free*& first : kept.first) {
      while (first != nullptr) {
        Free* const frame = first;
        first = frame->next;
        ::operator delete(frame);
      }
    }
  }
};

constexpr size_t SizeOf(size_t index) { return (index + 1) * kStepBytes; }

void BeginKeeping() {
  if (kept.began) return;
  kept.began = true;
  static thread_local const AtThreadEnd at_thread_end;
  kept.room_bytes = kKeptBytesMax;
}

}  // namespace

void* FrameMemory::operator new(size_t bytes) {
  const size_t index = (bytes - 1) / kStepBytes;
  if (!kKeeps || index >= kSizes) return ::operator new(bytes);
  Free* const frame = kept.first[index];
  if (frame == nullptr) return ::operator new(SizeOf(index));
  kept.first[index] = frame->next;
  kept.room_bytes += SizeOf(index);
  return frame;
}

void FrameMemory::operator delete(void* frame, size_t bytes) {
  const size_t index = (bytes - 1) / kStepBytes;
  if (!kKeeps || index >= kSizes) return ::operator delete(frame);
  if (kept.room_bytes < SizeOf(index)) {
    BeginKeeping();
    return ::operator delete(frame);
  }
  kept.room_bytes -= SizeOf(index);
  kept.first[index] = new (frame) Free{kept.first[index]};
}

}  // namespace minato::internal
