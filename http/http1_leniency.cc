// What Http1RequestParser does for heads that are only taken by leniency (Http1Leniency), and that are rare.
#include <algorithm>

#include <fmt/format.h>

#include "http/http1_chars.h"
#include "http/http1_request_parser.h"

namespace minato::http {

bool Http1RequestParser::TakeFoldedLine(const char* base, const char* begin, const char* end) {
  if (!limits_.lenient.folded_lines || head_.slots_.empty()) {
    return BadRequest("a header line is folded or begins with white space");
  }
  Http1RequestHead::Slot& slot = head_.slots_.back();
  switch (slot.known) {
    case KnownHeader::kHost:
    case KnownHeader::kExpect:
    case KnownHeader::kContentLength:
    case KnownHeader::kTransferEncoding:
      return BadRequest(fmt::format("the header {} is folded", Name(slot.known)));
    default: break;
  }
  if (FindNonFieldValue(begin, end) != end) return BadRequest("a control character in a folded header line");
  const std::string_view more = TrimOptionalWhitespace({begin, end});
  if (more.empty()) return true;
  const uint32_t more_begin = static_cast<uint32_t>(more.data() - base);
  if (slot.value.size == 0) slot.value.begin = more_begin;
  slot.value.size = more_begin + static_cast<uint32_t>(more.size()) - slot.value.begin;
  has_folds_ = true;
  return true;
}

// The white space of a fold stays, its line end goes.
void Http1RequestParser::Unfold() {
  RetainHead();
  for (Http1RequestHead::Slot& slot : head_.slots_) {
    char* const begin = stored_.data() + slot.value.begin;
    char* const end = begin + slot.value.size;
    const auto is_line_end = [](char c) { return c == '\r' || c == '\n'; };
    slot.value.size = static_cast<uint32_t>(std::remove_if(begin, end, is_line_end) - begin);
  }
}

void Http1RequestParser::JoinHosts() {
  const auto is_host = [](const Http1RequestHead::Slot& slot) { return slot.known == KnownHeader::kHost; };
  auto& slots = head_.slots_;
  std::string joined;
  for (const Http1RequestHead::Slot& slot : slots) {
    if (!is_host(slot) || slot.value.size == 0) continue;
    if (!joined.empty()) joined += ',';
    joined += head_.View(slot.value);
  }
  const size_t begin = AppendToHead(joined);
  const auto first = std::find_if(slots.begin(), slots.end(), is_host);
  first->value = {static_cast<uint32_t>(begin), static_cast<uint32_t>(joined.size())};
  slots.erase(std::remove_if(first + 1, slots.end(), is_host), slots.end());
  head_.IndexKnown();
}

// "http://host?query" asks for "/?query" (RFC 9112, 3.2.1).
void Http1RequestParser::AddRootPath() {
  const std::string path = fmt::format("/?{}", head_.query());
  const uint32_t begin = static_cast<uint32_t>(AppendToHead(path));
  head_.path_ = {begin, 1};
  head_.query_ = {begin + 2, static_cast<uint32_t>(path.size() - 2)};
}

size_t Http1RequestParser::AppendToHead(std::string_view text) {
  RetainHead();
  const size_t begin = stored_.size();
  stored_ += text;
  head_.base_ = stored_.data();
  return begin;
}

}  // namespace minato::http
