#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/known_header.h"

namespace minato::http {

enum class Http1Version : uint8_t { k10, k11 };

enum class BodyFraming : uint8_t { kNone, kLength, kChunked };

// A request head as views into the bytes it came in. See Http1RequestParser for how long they live.
class Http1RequestHead {
 public:
  std::string_view method() const { return At(0, method_size_); }
  // As it was sent: "/a?b", "http://host/a?b" or "*".
  std::string_view target() const { return View(target_); }
  // Of an absolute target, as it was sent; else empty.
  std::string_view scheme() const;
  // Path and query as they would be sent to the host itself: "/a?b", or "*".
  std::string_view origin_form() const;
  // Of the target, without query: "/a"; "/" if an absolute target has no path; "*".
  std::string_view path() const { return path_.size == 0 ? std::string_view("/") : View(path_); }
  // Behind the '?', which is left out; empty if there is none.
  std::string_view query() const { return View(query_); }
  // Of an absolute target, else the value of Host, else empty.
  std::string_view authority() const;
  Http1Version version() const { return version_; }

  size_t header_count() const { return slots_.size(); }
  HeaderView header(size_t i) const;
  // The first value.
  std::optional<std::string_view> Find(KnownHeader header) const;
  // `lower_name` is lower case.
  std::optional<std::string_view> Find(std::string_view lower_name) const;

  BodyFraming framing() const { return framing_; }
  uint64_t content_length() const { return content_length_; }  // 0 unless framing is kLength.
  // May another request follow on this connection?
  bool keep_alive() const { return keep_alive_; }
  // The client holds its body back until it sees a 100 (Continue).
  bool expects_continue() const { return expects_continue_; }
  // Connection says upgrade, and there is an Upgrade header.
  bool WantsUpgrade() const;
  // Connection says upgrade, and Upgrade names this protocol (lower case, as "websocket").
  bool WantsUpgradeTo(std::string_view protocol) const;

  // The whole head, from the method to the empty line.
  std::string_view bytes() const { return At(0, size_); }

 private:
  friend class Http1RequestParser;

  struct Span {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Slot {
    uint32_t name_begin;
    uint16_t name_size;
    KnownHeader known;
    Span value;
  };

  std::string_view At(size_t begin, size_t size) const { return {base_ + begin, size}; }
  std::string_view View(Span span) const { return At(span.begin, span.size); }
  void Clear();
  void IndexKnown();  // after slots were taken out

  const char* base_ = "";
  uint32_t size_ = 0;
  uint32_t method_size_ = 0;
  Span target_;
  Span path_;
  Span query_;
  Span authority_;
  std::vector<Slot> slots_;                               // Its memory is kept from request to request.
  std::array<uint16_t, kKnownHeaderCount> first_known_{};  // Slot index + 1, or 0.
  uint64_t content_length_ = 0;
  Http1Version version_ = Http1Version::k11;
  BodyFraming framing_ = BodyFraming::kNone;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool connection_upgrade_ = false;
};

}  // namespace minato::http
