#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace minato::http {

// The streams that this side reset or refused, the last of them. Heads (or trailers) for these may have been under way;
// for any other stream that has ended they break the protocol (RFC 9113, 5.1), which nghttp2 overlooks.
class Http2EndedStreams {
 public:
  void Add(int32_t id) {
    if (ids_.size() == kIdsMax) {
      forgotten_max_ = std::max(forgotten_max_, ids_.front());
      ids_.pop_front();
    }
    ids_.push_back(id);
  }
  bool MayGetHeads(int32_t id) const {
    return id <= forgotten_max_ || std::find(ids_.begin(), ids_.end(), id) != ids_.end();
  }

 private:
  static constexpr size_t kIdsMax = 128;

  std::deque<int32_t> ids_;  // in the order of their end
  int32_t forgotten_max_ = 0;
};

}  // namespace minato::http
