#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "http/headers.h"
#include "http/http1_request_head.h"

namespace minato::http {

// "HTTP/1.1 100 Continue" as it goes out.
inline constexpr std::string_view kContinueResponse = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Appends one response head to a string.
//
//   Http1ResponseHead head(out, 200);
//   head.Add("content-type", "application/json");
//   head.AddContentLength(body.size());
//   absl::Status status = head.Finish();
//
// A name or value that could break out of its line (CR, LF, NUL, any control) makes Finish fail with InvalidArgument
// naming the header, and `out` is as it was before: a handler's metadata cannot forge a response.
class Http1ResponseHead {
 public:
  Http1ResponseHead(std::string& out, int status);
  // With another reason phrase than the usual one.
  Http1ResponseHead(std::string& out, int status, std::string_view reason);
  Http1ResponseHead(const Http1ResponseHead&) = delete;
  Http1ResponseHead& operator=(const Http1ResponseHead&) = delete;

  // The version in the status line, if it shall not be 1.1.
  void SetVersion(Http1Version version);
  void Add(std::string_view name, std::string_view value);
  void Add(const Headers& headers);
  void AddContentLength(uint64_t size);
  void AddChunked();
  // "connection: close", or "keep-alive" where the client's version needs to be told.
  void AddConnection(Http1Version version, bool keep_alive);

  [[nodiscard]] absl::Status Finish();

 private:
  std::string& out_;
  const size_t begin_;
  std::string bad_header_;
  bool bad_ = false;
};

// The chunk's size line; its `size` bytes and AppendChunkEnd follow. `size` is not 0.
void AppendChunkBegin(std::string& out, uint64_t size);
inline void AppendChunkEnd(std::string& out) { out.append("\r\n"); }
// Nothing for empty data: that would end the body.
void AppendChunk(std::string& out, std::string_view data);
inline void AppendLastChunk(std::string& out) { out.append(kLastChunk); }

}  // namespace minato::http
