#include "http/http1_request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "http/http1_chars.h"
#include "http/http1_methods.h"
#include "http/http1_target.h"

namespace minato::http {
namespace {

ChunkLimits ChunkPart(const Http1Limits& limits) {
  return {.body_bytes_max = limits.body_bytes_max,
          .chunk_line_bytes_max = limits.chunk_line_bytes_max,
          .chunk_overhead_bytes_max = limits.chunk_overhead_bytes_max,
          .trailer_bytes_max = limits.trailer_bytes_max,
          .keep_trailers = limits.keep_trailers};
}

std::string Describe(char c) {
  if (c > 0x20 && c < 0x7f) return fmt::format("'{}'", c);
  return fmt::format("byte 0x{:02x}", static_cast<uint8_t>(c));
}

// What may stand in an authority (RFC 3986), without user information.
constexpr std::array<bool, 256> MakeHostTable() {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<uint8_t>(c)] = true;
  for (char c : std::string_view("-._~!$&'()*+,;=%:[]")) table[static_cast<uint8_t>(c)] = true;
  return table;
}

constexpr std::array<bool, 256> kHost = MakeHostTable();

bool IsHost(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) { return kHost[static_cast<uint8_t>(c)]; });
}

const char* SkipSpaces(const char* begin, const char* end) {
  while (begin != end && (*begin == ' ' || *begin == '\t')) ++begin;
  return begin;
}

}  // namespace

Http1RequestParser::Http1RequestParser(const Http1Limits& limits) : limits_(limits), chunked_(ChunkPart(limits)) {}

Http1RequestParser::Event Http1RequestParser::Next(std::string_view& input) {
  switch (stage_) {
    case Stage::kHead: return NextOfHead(input);
    case Stage::kLengthBody: return NextOfLengthBody(input);
    case Stage::kChunkedBody: return NextOfChunkedBody(input);
    case Stage::kDone: return Event::kEnd;
    case Stage::kFailed: return Event::kError;
  }
  return Event::kError;
}

Http1RequestParser::Event Http1RequestParser::NextOfHead(std::string_view& input) {
  while (!input.empty()) {
    if (!has_request_line_ && stored_.empty() && !BeginsWell(input.front())) return Event::kError;
    if (limits_.lenient.bare_lf && !has_request_line_ && stored_.empty() && input.front() == '\r') {
      input.remove_prefix(1);  // with a line feed behind it or not
      continue;
    }
    // A head that comes in one piece is parsed where it lies; of any other the pieces are put together, line by line.
    const bool in_place = stored_.empty();
    size_t scan_from = line_begin_;
    if (!in_place) {
      const size_t line_feed = input.find('\n');
      const size_t size = line_feed == std::string_view::npos ? input.size() : line_feed + 1;
      // One byte over a limit is enough to know.
      const size_t room = limits_.head_bytes_max + 1 - std::min(limits_.head_bytes_max, stored_.size());
      scan_from = stored_.size();
      stored_.append(input.substr(0, std::min(size, room)));
      input.remove_prefix(size);
    }
    const char* base = in_place ? input.data() : stored_.data();
    const size_t size = in_place ? input.size() : stored_.size();
    while (scan_from < size) {
      const char* found = static_cast<const char*>(std::memchr(base + scan_from, '\n', size - scan_from));
      if (found == nullptr) break;
      const size_t line_feed = found - base;
      const Line line = TakeLine(base, line_feed);
      if (line == Line::kBad) return Event::kError;
      line_begin_ = scan_from = line_feed + 1;
      if (line == Line::kHeadEnds) {
        head_.base_ = base;
        head_.size_ = static_cast<uint32_t>(line_begin_);
        if (in_place) input.remove_prefix(line_begin_);
        return FinishHead();
      }
      if (line == Line::kBlank) break;
    }
    if (!has_request_line_ && line_begin_ > 0) {  // Forget the empty line.
      in_place ? input.remove_prefix(line_begin_) : stored_.clear();
      line_begin_ = 0;
      continue;
    }
    if (!FitsLimits(size)) return Event::kError;
    if (in_place) {
      stored_ = input;
      input = {};
    }
  }
  return Event::kNeedInput;
}

Http1RequestParser::Event Http1RequestParser::NextOfLengthBody(std::string_view& input) {
  if (body_left_ == 0) {
    stage_ = Stage::kDone;
    return Event::kEnd;
  }
  if (input.empty()) return Event::kNeedInput;
  const size_t size = static_cast<size_t>(std::min<uint64_t>(body_left_, input.size()));
  body_ = input.substr(0, size);
  input.remove_prefix(size);
  body_left_ -= size;
  return Event::kBody;
}

Http1RequestParser::Event Http1RequestParser::NextOfChunkedBody(std::string_view& input) {
  switch (chunked_.Next(input)) {
    case Http1ChunkedDecoder::Event::kNeedInput: return Event::kNeedInput;
    case Http1ChunkedDecoder::Event::kData: body_ = chunked_.data(); return Event::kBody;
    case Http1ChunkedDecoder::Event::kEnd: stage_ = Stage::kDone; return Event::kEnd;
    case Http1ChunkedDecoder::Event::kError: break;
  }
  Fail(chunked_.error().fault, chunked_.error().message);
  return Event::kError;
}

bool Http1RequestParser::BodyEndsIn(std::string_view input) const {
  switch (stage_) {
    case Stage::kHead: return false;
    case Stage::kLengthBody: return input.size() >= body_left_;
    case Stage::kChunkedBody: return chunked_.EndsIn(input);
    case Stage::kDone:
    case Stage::kFailed: return true;
  }
  return true;
}

void Http1RequestParser::RetainHead() {
  if (head_.base_ == stored_.data() || head_.size_ == 0) return;
  stored_.assign(head_.base_, head_.size_);
  head_.base_ = stored_.data();
}

void Http1RequestParser::Restart() {
  stage_ = Stage::kHead;
  has_request_line_ = false;
  has_folds_ = false;
  has_hosts_ = false;
  has_underscores_ = false;
  unknown_coding_ = false;
  late_ = Late::kNothing;
  blank_lines_ = 0;
  line_begin_ = 0;
  stored_.clear();
  head_.Clear();
  body_ = {};
}

Http1RequestParser::Line Http1RequestParser::TakeLine(const char* base, size_t line_feed) {
  if (!FitsLimits(line_feed + 1)) return Line::kBad;
  const char* begin = base + line_begin_;
  const char* end = base + line_feed;
  if (end != begin && end[-1] == '\r') {
    --end;
  } else if (!limits_.lenient.bare_lf) {
    BadRequest("a line of the head ends with a bare LF");
    return Line::kBad;
  }
  if (!has_request_line_) {
    if (begin == end) {
      if (++blank_lines_ <= limits_.blank_lines_max) return Line::kBlank;
      BadRequest("too many empty lines before the request");
      return Line::kBad;
    }
    has_request_line_ = TakeRequestLine(base, begin, end);
    return has_request_line_ ? Line::kMore : Line::kBad;
  }
  if (begin == end) return Line::kHeadEnds;
  return TakeHeader(base, begin, end) ? Line::kMore : Line::kBad;
}

bool Http1RequestParser::FitsLimits(size_t end) {
  if (!has_request_line_ && end - line_begin_ > limits_.request_line_bytes_max) {
    return Fail(Http1Fault::kTargetTooLong,
                fmt::format("the request line is longer than {} bytes", limits_.request_line_bytes_max));
  }
  if (end > limits_.head_bytes_max) {
    return Fail(Http1Fault::kHeadTooLarge,
                fmt::format("the request head is larger than {} bytes", limits_.head_bytes_max));
  }
  return true;
}

// Refuses other protocols at their first byte: they may never send a line feed.
bool Http1RequestParser::BeginsWell(char first) {
  if (IsToken(first) || first == '\r' || first == '\n') return true;
  if (limits_.lenient.any_first_byte && static_cast<uint8_t>(first) > ' ') return true;
  return BadRequest(fmt::format("this is no HTTP request: it begins with {}", Describe(first)));
}

bool Http1RequestParser::TakeRequestLine(const char* base, const char* begin, const char* end) {
  const bool spaces = limits_.lenient.request_line_spaces;
  const auto is_space = [&](char c) { return c == ' ' || (spaces && c == '\t'); };
  while (spaces && end != begin && (is_space(end[-1]) || end[-1] == '\r')) --end;
  const char* method_end = begin;
  while (method_end != end && IsToken(*method_end)) ++method_end;
  if (method_end == end) return BadRequest("the request line has no target");
  if (!is_space(*method_end) || method_end == begin) {
    return BadRequest(fmt::format("{} in the request method", Describe(*method_end)));
  }
  const std::string_view method(begin, method_end - begin);
  if (limits_.known_methods_only && !IsKnownMethod(method)) return BadRequest("the request method is unknown");

  const char* target = method_end + 1;
  if (spaces) target = SkipSpaces(target, end);
  const char* target_end = FindNonVisible(target, end);
  if (target_end == target) return BadRequest("the request line has more than one space before its target");
  head_.method_size_ = static_cast<uint32_t>(method.size());
  head_.target_ = {static_cast<uint32_t>(target - base), static_cast<uint32_t>(target_end - target)};
  if (target_end == end) {
    if (limits_.serves_http10 && !limits_.refuses_late) return BadRequest("the request line has no HTTP version");
    if (limits_.serves_http10) {
      head_.version_ = Http1Version::k10;
      return TakeTarget(method, base, target, end);
    }
    return TakeTarget(method, base, target, end) &&
           Refuse(Late::kVersion, Http1Fault::kVersionNotSupported, "HTTP/0.9 is not served");
  }
  if (!is_space(*target_end)) return BadRequest(fmt::format("{} in the request target", Describe(*target_end)));

  const char* version = spaces ? SkipSpaces(target_end, end) : target_end + 1;
  if (!TakeVersion(method, {version, end})) return false;
  return TakeTarget(method, base, target, target_end);
}

bool Http1RequestParser::TakeVersion(std::string_view method, std::string_view version) {
  if (version == "HTTP/1.1") {
    head_.version_ = Http1Version::k11;
    return true;
  }
  if (version == "HTTP/1.0" && limits_.serves_http10) {
    head_.version_ = Http1Version::k10;
    return true;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return BadRequest("the request line does not end with an HTTP version");
  }
  if (version == "HTTP/2.0" && method == "PRI" && head_.target_.size == 1) {
    return Fail(Http1Fault::kHttp2Preface, "HTTP/2 begins with another preface");
  }
  if (limits_.serves_http10 && limits_.refuses_late) {  // whatever is not 1.1 is taken for 1.0
    head_.version_ = Http1Version::k10;
    return true;
  }
  return Refuse(Late::kVersion, Http1Fault::kVersionNotSupported,
                fmt::format("{} is not served; use HTTP/1.1", version));
}

bool Http1RequestParser::TakeTarget(std::string_view method, const char* base, const char* begin, const char* end) {
  const std::string_view target(begin, end - begin);
  const uint32_t offset = static_cast<uint32_t>(begin - base);
  const uint32_t size = static_cast<uint32_t>(target.size());
  const auto bad = [&](const char* why) { return Refuse(Late::kTarget, Http1Fault::kBadRequest, why); };
  const auto is_host = [&](std::string_view host) { return limits_.url_targets ? IsUrlHost(host) : IsHost(host); };
  if (method == "CONNECT") {
    if (!is_host(target) || (limits_.url_targets && !HasPort(target))) return bad("CONNECT names no valid host");
    head_.authority_ = {offset, size};
    return Refuse(Late::kTunnel, Http1Fault::kConnect, "CONNECT is not served here");
  }
  uint32_t path_begin = 0;
  if (target.front() == '*') {
    if (method != "OPTIONS" || (size > 1 && !limits_.url_targets)) return bad("only OPTIONS may ask for *");
  } else if (target.front() != '/') {
    size_t scheme_size = 0;
    if (target.size() > 7 && EqualsIgnoreCase(target.substr(0, 7), "http://")) scheme_size = 7;
    if (target.size() > 8 && EqualsIgnoreCase(target.substr(0, 8), "https://")) scheme_size = 8;
    if (scheme_size == 0) return bad("the request target is neither a path nor an http URL");
    const size_t authority_end = std::min(target.find_first_of("/?", scheme_size), target.size());
    const std::string_view authority = target.substr(scheme_size, authority_end - scheme_size);
    const std::string_view host = limits_.url_targets ? WithoutUserinfo(authority) : authority;
    if (host.empty() || !is_host(host)) return bad("the request target names no valid host");
    const uint32_t host_size = static_cast<uint32_t>(host.size());
    head_.authority_ = {offset + static_cast<uint32_t>(authority_end) - host_size, host_size};
    path_begin = static_cast<uint32_t>(authority_end);
  }
  // To URL parsers a query alone is no path that something could be wrong with.
  const bool is_path = path_begin < size && target[path_begin] == '/';
  if ((is_path || !limits_.url_targets) && target.find('#', path_begin) != std::string_view::npos) {
    if (!Refuse(Late::kRequest, Http1Fault::kFragment, "the request target holds a fragment")) return false;
  }
  const size_t question_mark = target.find('?', path_begin);
  const uint32_t path_end = question_mark == std::string_view::npos ? size : static_cast<uint32_t>(question_mark);
  head_.path_ = {offset + path_begin, path_end - path_begin};
  if (path_end < size) head_.query_ = {offset + path_end + 1, size - path_end - 1};
  return true;
}

bool Http1RequestParser::TakeHeader(const char* base, const char* begin, const char* end) {
  if (*begin == ' ' || *begin == '\t') return TakeFoldedLine(base, begin, end);
  const char* name_end = begin;
  while (name_end != end && IsToken(*name_end)) ++name_end;
  if (name_end == end) return BadRequest("a header line has no colon");
  if (*name_end != ':') {
    if (*name_end == ' ' || *name_end == '\t') return BadRequest("white space in or after a header name");
    return BadRequest(fmt::format("{} in a header name", Describe(*name_end)));
  }
  if (name_end == begin) return BadRequest("a header line has no name");
  const std::string_view name(begin, name_end - begin);
  if (name.size() > UINT16_MAX) return Fail(Http1Fault::kHeadTooLarge, "a header name is too long");

  if (const char* bad = FindNonFieldValue(name_end + 1, end); bad != end) {
    if (*bad == '\r') return BadRequest(fmt::format("a bare CR in the header {}", name));
    return BadRequest(fmt::format("{} in the header {}", Describe(*bad), name));
  }
  const std::string_view value = TrimOptionalWhitespace({name_end + 1, end});
  if (head_.slots_.size() >= limits_.headers_max) {
    return Fail(Http1Fault::kHeadTooLarge, fmt::format("more than {} headers", limits_.headers_max));
  }
  if (limits_.underscores != Underscores::kKeep && name.find('_') != name.npos) {
    if (limits_.underscores == Underscores::kRefuse) return BadRequest("an underscore in a header name");
    has_underscores_ = true;
  }
  const KnownHeader known = ClassifyHeader(name);
  if (known != KnownHeader::kOther && !TakeKnownHeader(known, value)) return false;
  head_.slots_.push_back({.name_begin = static_cast<uint32_t>(begin - base),
                          .name_size = static_cast<uint16_t>(name.size()),
                          .known = known,
                          .value = {static_cast<uint32_t>(value.data() - base), static_cast<uint32_t>(value.size())}});
  return true;
}

// Called before the header has its slot.
bool Http1RequestParser::TakeKnownHeader(KnownHeader known, std::string_view value) {
  uint16_t& first = head_.first_known_[static_cast<size_t>(known)];
  const bool again = first != 0;
  if (!again) first = static_cast<uint16_t>(head_.slots_.size() + 1);
  switch (known) {
    case KnownHeader::kHost:
      if (again && !limits_.lenient.repeated_host) return BadRequest("more than one Host header");
      has_hosts_ = again;
      // One that the target overrules is not looked at where nothing is said before the head is complete.
      if (IsHost(value) || (limits_.refuses_late && head_.authority_.size != 0)) return true;
      return Refuse(Late::kHost, Http1Fault::kBadRequest, "the Host header is no valid host");
    case KnownHeader::kContentLength: {
      if (again) return BadRequest("more than one Content-Length header");
      if (value.empty()) return BadRequest("the Content-Length header is empty");
      uint64_t length = 0;
      for (char c : value) {
        if (c < '0' || c > '9') return BadRequest("the Content-Length header is no decimal number");
        const uint64_t digit = static_cast<uint64_t>(c - '0');
        if (length > (UINT64_MAX - digit) / 10) return BadRequest("the Content-Length header is out of range");
        length = length * 10 + digit;
      }
      head_.content_length_ = length;
      head_.framing_ = BodyFraming::kLength;
      return true;
    }
    case KnownHeader::kTransferEncoding:
      if (again && !limits_.refuses_late) return BadRequest("more than one Transfer-Encoding header");
      unknown_coding_ = again || !EqualsIgnoreCase(value, "chunked");
      return true;
    case KnownHeader::kExpect:
      if (!EqualsIgnoreCase(value, "100-continue") && !limits_.lenient.other_expectations) {
        return Fail(Http1Fault::kExpectationFailed, "the only expectation served is 100-continue");
      }
      // Said twice it is another one.
      head_.expects_continue_ =
          EqualsIgnoreCase(value, "100-continue") && !(again && limits_.lenient.other_expectations);
      return true;
    default:
      return true;
  }
}

Http1RequestParser::Event Http1RequestParser::FinishHead() {
  const auto has = [&](KnownHeader header) { return head_.first_known_[static_cast<size_t>(header)] != 0; };
  const bool is_11 = head_.version_ == Http1Version::k11;
  if (!limits_.refuses_late && !CheckHost()) return Event::kError;
  if (has(KnownHeader::kTransferEncoding)) {
    if (has(KnownHeader::kContentLength)) {
      BadRequest("both Content-Length and Transfer-Encoding");
      return Event::kError;
    }
    if (!is_11) {
      BadRequest("Transfer-Encoding in an HTTP/1.0 request");
      return Event::kError;
    }
    if (unknown_coding_ || head_.method() == "CONNECT") {
      Fail(Http1Fault::kNotImplemented, "the only transfer coding served is chunked");
      return Event::kError;
    }
    head_.framing_ = BodyFraming::kChunked;
  }
  if (head_.content_length_ > 0 && head_.method() == "CONNECT") {
    BadRequest("CONNECT with a body");
    return Event::kError;
  }
  if (head_.content_length_ > limits_.body_bytes_max) {
    Fail(Http1Fault::kBodyTooLarge, fmt::format("the body is larger than {} bytes", limits_.body_bytes_max));
    return Event::kError;
  }
  if (has_folds_) Unfold();
  if (has_hosts_) JoinHosts();
  if (has_underscores_) DropUnderscores();
  const bool query_alone = head_.authority_.size != 0 && head_.path_.size == 0 && head_.query_.begin != 0;
  if (query_alone && !limits_.url_targets) AddRootPath();
  head_.keep_alive_ = is_11;
  if (has(KnownHeader::kConnection) || has(KnownHeader::kProxyConnection)) TakeConnectionOptions();
  const bool names_headers = limits_.drops_connection_headers && has(KnownHeader::kConnection);
  if (names_headers && !DropConnectionHeaders()) return Event::kError;
  if (limits_.refuses_late && !CheckLate()) return Event::kError;
  // A 1.0 client does not understand 100 (Continue).
  const bool waits = head_.framing_ != BodyFraming::kNone || limits_.lenient.idle_continue;
  if (!is_11 || !waits) head_.expects_continue_ = false;

  if (head_.framing_ == BodyFraming::kChunked) {
    chunked_.Reset();
    stage_ = Stage::kChunkedBody;
  } else {
    body_left_ = head_.content_length_;
    stage_ = Stage::kLengthBody;
  }
  return Event::kHead;
}

void Http1RequestParser::TakeConnectionOptions() {
  bool close = false;
  bool keep_alive = false;
  for (const Http1RequestHead::Slot& slot : head_.slots_) {
    if (slot.known == KnownHeader::kProxyConnection && limits_.drops_connection_headers) {
      close = close || ListHasToken(head_.View(slot.value), "close");
    }
    if (slot.known != KnownHeader::kConnection) continue;
    const std::string_view options = head_.View(slot.value);
    close = close || ListHasToken(options, "close");
    keep_alive = keep_alive || ListHasToken(options, "keep-alive");
    head_.connection_upgrade_ = head_.connection_upgrade_ || ListHasToken(options, "upgrade");
  }
  head_.keep_alive_ = !close && (head_.keep_alive_ || keep_alive);
}

bool Http1RequestParser::CheckHost() {
  const bool by_target = limits_.lenient.host_by_target && head_.authority_.size != 0;
  const bool is_needed = head_.version_ == Http1Version::k11 || limits_.refuses_late;
  if (by_target || head_.Find(KnownHeader::kHost).has_value()) return true;
  if (head_.version_ == Http1Version::k10 && !limits_.http10_host.empty()) AddHost(limits_.http10_host);
  if (!is_needed || head_.Find(KnownHeader::kHost).has_value()) return true;
  return Refuse(Late::kRequest, Http1Fault::kNoHost, "an HTTP/1.1 request needs a Host header");
}

bool Http1RequestParser::Refuse(Late rank, Http1Fault fault, std::string message) {
  if (!limits_.refuses_late) return Fail(fault, std::move(message));
  if (rank < late_) {
    late_ = rank;
    error_ = {fault, std::move(message)};
  }
  return true;
}

bool Http1RequestParser::Fail(Http1Fault fault, std::string message) {
  stage_ = Stage::kFailed;
  error_ = {fault, std::move(message)};
  return false;
}

}  // namespace minato::http
