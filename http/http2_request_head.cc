#include "http/http2_request_head.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "http/http1_chars.h"

namespace minato::http {

HeaderView Http2RequestHead::header(size_t i) const {
  const Slot& slot = slots_[i];
  return {View(slot.name), View(slot.value), slot.known};
}

std::optional<std::string_view> Http2RequestHead::Find(KnownHeader header) const {
  const uint16_t slot = first_known_[static_cast<size_t>(header)];
  if (slot == 0) return std::nullopt;
  return View(slots_[slot - 1].value);
}

std::optional<std::string_view> Http2RequestHead::Find(std::string_view lower_name) const {
  for (const Slot& slot : slots_) {
    if (View(slot.name) == lower_name) return View(slot.value);
  }
  return std::nullopt;
}

Http2RequestHead::Span Http2RequestHead::Append(std::string_view text) {
  const Span span{static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size())};
  bytes_.append(text);
  return span;
}

void Http2RequestHead::Refuse(Http1Fault fault, std::string message) {
  if (error_.fault == Http1Fault::kNone) error_ = {fault, std::move(message)};
}

void Http2RequestHead::Add(std::string_view name, std::string_view value, const Http2Limits& limits) {
  if (bytes_.size() + name.size() + value.size() > limits.head_bytes_max) {
    return Refuse(Http1Fault::kHeadTooLarge, fmt::format("the request head is larger than {} bytes", limits.head_bytes_max));
  }
  if (name.front() == ':') return AddPseudo(name, value);
  const size_t count = slots_.size() + (limits.passes_on ? pseudo_headers_ : 0);
  if (count >= limits.headers_max) {
    return Refuse(Http1Fault::kHeadTooLarge, fmt::format("more than {} headers", limits.headers_max));
  }
  const KnownHeader known = ClassifyHeader(name);
  if (known != KnownHeader::kOther) {
    uint16_t& first = first_known_[static_cast<size_t>(known)];
    if (first == 0) {
      first = static_cast<uint16_t>(slots_.size() + 1);
    }
    has_cookies_ = has_cookies_ || known == KnownHeader::kCookie;
  }
  const Span name_span = Append(name);
  slots_.push_back({.name = name_span, .value = Append(value), .known = known});
}

void Http2RequestHead::AddPseudo(std::string_view name, std::string_view value) {
  const Span span = Append(value);
  ++pseudo_headers_;
  if (name == ":method") {
    method_ = span;
  } else if (name == ":path") {
    path_and_query_ = span;
  } else if (name == ":authority") {
    authority_ = span;
  } else if (name == ":scheme") {
    scheme_ = span;
  }
}

bool Http2RequestHead::HasUserinfo() const {
  constexpr auto has = [](std::string_view authority) { return authority.find('@') != std::string_view::npos; };
  return has(authority()) || has(Find(KnownHeader::kHost).value_or(std::string_view()));
}

void Http2RequestHead::Finish(const Http2Limits& limits) {
  DropHost();
  if (has_cookies_) JoinCookies();
  TakeTarget(limits);
  TakeMeanings(limits);
}

void Http2RequestHead::Index() {
  first_known_.fill(0);
  for (size_t i = slots_.size(); i-- > 0;) {
    if (slots_[i].known != KnownHeader::kOther) {
      first_known_[static_cast<size_t>(slots_[i].known)] = static_cast<uint16_t>(i + 1);
    }
  }
}

void Http2RequestHead::DropHost() {
  const uint16_t host = first_known_[static_cast<size_t>(KnownHeader::kHost)];
  if (host == 0) return;
  if (authority_.size == 0) {
    authority_ = slots_[host - 1].value;
    return;
  }
  slots_.erase(slots_.begin() + (host - 1));
  Index();
}

// RFC 9113, 8.2.3: before it reaches anything that is not HTTP/2.
void Http2RequestHead::JoinCookies() {
  std::string joined;
  for (const Slot& slot : slots_) {
    if (slot.known != KnownHeader::kCookie) continue;
    if (!joined.empty()) joined += "; ";
    joined += View(slot.value);
  }
  const auto is_cookie = [](const Slot& slot) { return slot.known == KnownHeader::kCookie; };
  const auto first = std::find_if(slots_.begin(), slots_.end(), is_cookie);
  first->value = Append(joined);
  slots_.erase(std::remove_if(joined.empty() ? first : first + 1, slots_.end(), is_cookie), slots_.end());
  Index();
}

void Http2RequestHead::TakeTarget(const Http2Limits& limits) {
  if (method() == "CONNECT") return Refuse(Http1Fault::kConnect, "CONNECT is not served here");
  const std::string_view text = target();
  const char* const end = text.data() + text.size();
  if (!limits.passes_on && FindNonVisible(text.data(), end) != end) {
    return Refuse(Http1Fault::kBadRequest, "a byte in the request target that must be percent-encoded");
  }
  if (text.find('#') != std::string_view::npos) {
    return Refuse(Http1Fault::kFragment, "the request target holds a fragment");
  }
  const size_t mark = text.find('?');
  path_ = path_and_query_;
  if (mark == std::string_view::npos) return;
  path_.size = static_cast<uint32_t>(mark);
  query_ = {path_and_query_.begin + path_.size + 1, path_and_query_.size - path_.size - 1};
}

void Http2RequestHead::TakeMeanings(const Http2Limits& limits) {
  if (limits.passes_on && method() == "QUERY" && Find(KnownHeader::kContentType).value_or("").empty()) {
    return Refuse(Http1Fault::kNoContentType, "a QUERY without content-type");
  }
  if (const auto length = Find(KnownHeader::kContentLength)) {
    uint64_t value = 0;
    const auto [rest, error] = std::from_chars(length->data(), length->data() + length->size(), value);
    if (error == std::errc() && rest == length->data() + length->size()) content_length_ = value;
  }
  if (const auto expect = Find(KnownHeader::kExpect)) {
    expects_continue_ = EqualsIgnoreCase(*expect, "100-continue");
    if (!expects_continue_ && !limits.passes_on) {
      return Refuse(Http1Fault::kExpectationFailed, "the only expectation served is 100-continue");
    }
  }
}

void Http2RequestHead::Clear() {
  constexpr size_t kKeptBytesMax = 4096;
  bytes_.clear();
  if (bytes_.capacity() > kKeptBytesMax) bytes_ = std::string();
  method_ = scheme_ = authority_ = path_and_query_ = path_ = query_ = Span();
  slots_.clear();
  first_known_.fill(0);
  has_cookies_ = false;
  pseudo_headers_ = 0;
  expects_continue_ = false;
  content_length_.reset();
  error_ = Http1Error();
}

}  // namespace minato::http
