#include "http/http1_response_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "absl/strings/escaping.h"
#include "http/http1_chars.h"
#include "http/status_code.h"

namespace minato::http {
namespace {

// Shorter lines are put together before they are appended: each append costs more than its bytes.
constexpr size_t kLineBytesAtOnce = 256;

void AppendDecimal(std::string& out, uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end - digits);
}

}  // namespace

Http1ResponseHead::Http1ResponseHead(std::string& out, int status)
    : Http1ResponseHead(out, status, ReasonPhrase(status)) {}

Http1ResponseHead::Http1ResponseHead(std::string& out, int status, std::string_view reason)
    : out_(out), begin_(out.size()) {
  if (status == 200 && reason == "OK") {
    out_.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out_.append("HTTP/1.1 ");
  AppendDecimal(out_, static_cast<uint64_t>(status));
  out_.push_back(' ');
  out_.append(reason);
  out_.append("\r\n");
  if (status < 100 || status > 999 || FindNonFieldValue(reason.data(), reason.data() + reason.size()) !=
                                          reason.data() + reason.size()) {
    bad_ = true;
    bad_header_ = "status";
  }
}

void Http1ResponseHead::SetVersion(Http1Version version) {
  constexpr size_t kMinor = std::string_view("HTTP/1.").size();
  out_[begin_ + kMinor] = version == Http1Version::k10 ? '0' : '1';
}

void Http1ResponseHead::Add(std::string_view name, std::string_view value) {
  const char* value_end = value.data() + value.size();
  if (!IsToken(name) || FindNonFieldValue(value.data(), value_end) != value_end) {
    if (!bad_) bad_header_ = name;
    bad_ = true;
    return;
  }
  const size_t size = name.size() + value.size() + 4;
  if (size > kLineBytesAtOnce) {
    out_.append(name).append(": ").append(value).append("\r\n");
    return;
  }
  char line[kLineBytesAtOnce];
  char* at = std::copy(name.begin(), name.end(), line);
  *at++ = ':';
  *at++ = ' ';
  at = std::copy(value.begin(), value.end(), at);
  *at++ = '\r';
  *at++ = '\n';
  out_.append(line, size);
}

void Http1ResponseHead::Add(const Headers& headers) {
  for (const HeaderField field : headers) Add(field.name, field.value);
}

void Http1ResponseHead::AddContentLength(uint64_t size) {
  out_.append("content-length: ");
  AppendDecimal(out_, size);
  out_.append("\r\n");
}

void Http1ResponseHead::AddChunked() { out_.append("transfer-encoding: chunked\r\n"); }

void Http1ResponseHead::AddConnection(Http1Version version, bool keep_alive) {
  if (!keep_alive) {
    out_.append("connection: close\r\n");
  } else if (version == Http1Version::k10) {
    out_.append("connection: keep-alive\r\n");
  }
}

absl::Status Http1ResponseHead::Finish() {
  if (bad_) {
    out_.resize(begin_);
    return absl::InvalidArgumentError(fmt::format("the response header \"{}\" cannot be written", absl::CHexEscape(bad_header_)));
  }
  out_.append("\r\n");
  return absl::OkStatus();
}

void AppendChunkBegin(std::string& out, uint64_t size) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof(digits), size, 16).ptr;
  out.append(digits, end - digits);
  out.append("\r\n");
}

void AppendChunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  AppendChunkBegin(out, data.size());
  out.append(data);
  AppendChunkEnd(out);
}

}  // namespace minato::http
