#include "gateway/transcode/sink.h"

#include <algorithm>

namespace minato::gateway {
namespace {

// Leaves the new bytes as they are where the library can: filling megabytes that are overwritten
// next is dear.
void ResizeUnfilled(std::string& text, size_t size) {
#ifdef __cpp_lib_string_resize_and_overwrite
  text.resize_and_overwrite(size, [](char*, size_t all) { return all; });
#else
  text.resize(size);
#endif
}

}  // namespace

void Sink::Grow(size_t bytes) {
  const size_t used = static_cast<size_t>(cursor_ - out_.data());
  Resize(used, std::max(bytes, used));
}

void Sink::Resize(size_t used, size_t more) {
  ResizeUnfilled(out_, used + more + kSlack);
  cursor_ = out_.data() + used;
  end_ = out_.data() + used + more;
}

}  // namespace minato::gateway
