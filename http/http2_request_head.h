#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http1_error.h"
#include "http/http2_limits.h"
#include "http/known_header.h"

namespace minato::http {

// A request head that came as HTTP/2 fields; all of its bytes are in one string, whose memory is kept from request to
// request.
class Http2RequestHead {
 public:
  std::string_view method() const { return View(method_); }
  std::string_view scheme() const { return View(scheme_); }
  // ":path" as it was sent.
  std::string_view target() const { return View(path_and_query_); }
  std::string_view path() const { return View(path_); }
  // Behind the '?', which is left out; empty if there is none.
  std::string_view query() const { return View(query_); }
  // ":authority", else the value of Host.
  std::string_view authority() const { return View(authority_); }

  // Without the pseudo-headers; without Host where ":authority" says the same (RFC 9113, 8.3.1). Pieces of a cookie
  // are one field again.
  size_t header_count() const { return slots_.size(); }
  HeaderView header(size_t i) const;
  // The first value.
  std::optional<std::string_view> Find(KnownHeader header) const;
  std::optional<std::string_view> Find(std::string_view lower_name) const;

  std::optional<uint64_t> content_length() const { return content_length_; }
  // The client holds its body back until it sees a 100 (Continue).
  bool expects_continue() const { return expects_continue_; }
  // Names and values.
  size_t bytes() const { return bytes_.size(); }

  // Why a request that HTTP/2 allows is not served; the stream can still be answered.
  const Http1Error& error() const { return error_; }

 private:
  friend class Http2Server;
  friend class Http2ServerStream;

  struct Span {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Slot {
    Span name;
    Span value;
    KnownHeader known = KnownHeader::kOther;
  };

  // In order of arrival, as nghttp2 let it pass.
  void Add(std::string_view name, std::string_view value, const Http2Limits& limits);
  // Malformed by RFC 9113, 8.3.1, though nghttp2 lets it pass. Before Finish.
  bool HasUserinfo() const;
  void Finish(const Http2Limits& limits);
  void Clear();

  void AddPseudo(std::string_view name, std::string_view value);
  void JoinCookies();
  void DropHost();
  void TakeTarget(const Http2Limits& limits);
  void TakeMeanings(const Http2Limits& limits);
  void Refuse(Http1Fault fault, std::string message);
  Span Append(std::string_view text);
  std::string_view View(Span span) const { return {bytes_.data() + span.begin, span.size}; }
  void Index();

  std::string bytes_;
  Span method_;
  Span scheme_;
  Span authority_;
  Span path_and_query_;
  Span path_;
  Span query_;
  std::vector<Slot> slots_;
  std::array<uint16_t, kKnownHeaderCount> first_known_{};  // slot index + 1, or 0
  size_t pseudo_headers_ = 0;
  bool has_cookies_ = false;
  bool expects_continue_ = false;
  std::optional<uint64_t> content_length_;
  Http1Error error_;
};

}  // namespace minato::http
