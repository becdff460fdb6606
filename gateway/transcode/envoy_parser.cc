#include "gateway/transcode/envoy_parser.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/utf8.h"

namespace minato::gateway {
namespace {

constexpr size_t kContextBytes = 20;  // Shown on either side of a failure.
constexpr size_t kEscapeBytes = 6;    // \uXXXX
constexpr size_t kLongestLiteral = 5;

bool IsKeyStart(char c) { return absl::ascii_isalpha(c) || c == '_' || c == '$'; }

// Four hex digits behind "\u" at `at`; -1 if one is none.
int HexUnit(std::string_view text, size_t at) {
  int unit = 0;
  for (size_t i = at + 2; i < at + kEscapeBytes; ++i) {
    if (!absl::ascii_isxdigit(text[i])) return -1;
    const char c = text[i];
    unit = unit << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

void AppendUtf8(std::string& to, uint32_t c) {
  if (c < 0x80) {
    to += static_cast<char>(c);
  } else if (c < 0x800) {
    to += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
  } else if (c < 0x10000) {
    to += {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
           static_cast<char>(0x80 | (c & 0x3f))};
  } else {
    to += {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3f)),
           static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
  }
}

template <typename Int>
bool ParseInt(std::string_view text, Int& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

absl::Status EnvoyParser::Parse(std::string_view piece) {
  std::string joined;
  if (!leftover_.empty()) {
    joined = std::move(leftover_);
    leftover_.clear();
    joined += piece;
    piece = joined;
  }
  // A sequence that is cut off waits for the rest; so does, until the end, what is not UTF-8 at
  // all.
  const size_t good = Utf8Prefix(piece);
  if (good > 0) {
    absl::Status parsed = ParseText(piece.substr(0, good));
    if (!parsed.ok()) return parsed;
  }
  leftover_ += piece.substr(good);
  return absl::OkStatus();
}

absl::Status EnvoyParser::Finish() {
  if (stack_.empty() && leftover_.empty()) return absl::OkStatus();
  text_ = leftover_;
  at_ = 0;
  if (Utf8Prefix(text_) != text_.size()) {
    Fail("Encountered non UTF-8 code points.");
    return status_;
  }
  finishing_ = true;
  if (Run() == Result::kFailed) return status_;
  SkipSpace();
  if (left() > 0) Fail("Parsing terminated before end of input.");
  return status_;
}

absl::Status EnvoyParser::ParseText(std::string_view text) {
  text_ = text;
  at_ = 0;
  if (Run() == Result::kFailed) return status_;
  SkipSpace();
  if (left() == 0) return absl::OkStatus();
  if (stack_.empty()) {
    Fail("Parsing terminated before end of input.");
    return status_;
  }
  leftover_ = rest();
  return absl::OkStatus();
}

EnvoyParser::Result EnvoyParser::Run() {
  while (!stack_.empty()) {
    const Expect expect = stack_.back();
    const Token token = quote_ == 0 ? Next() : Token::kString;
    stack_.pop_back();
    const size_t depth = stack_.size();
    Result result = Step(expect, token);
    if (result == Result::kFailed) return result;
    if (result == Result::kMore) {
      stack_.resize(depth);
      stack_.push_back(expect);
      return result;
    }
  }
  return Result::kDone;
}

EnvoyParser::Result EnvoyParser::Step(Expect expect, Token token) {
  switch (expect) {
    case Expect::kValue: return Value(token);
    case Expect::kEntry: return Entry(token);
    case Expect::kColon:
      if (token == Token::kUnknown) return FailUnknown("Expected : between key:value pair.");
      if (token != Token::kColon) return Fail("Expected : between key:value pair.");
      ++at_;
      stack_.push_back(Expect::kValue);
      return Result::kDone;
    case Expect::kAfterEntry:
      if (token == Token::kUnknown) return FailUnknown("Expected , or } after key:value pair.");
      if (token == Token::kComma) {
        ++at_;
        stack_.push_back(Expect::kEntry);
        return Result::kDone;
      }
      if (token != Token::kObjectEnd) return Fail("Expected , or } after key:value pair.");
      ++at_;
      events_.EndObject();
      --depth_;
      return Result::kDone;
    case Expect::kElement:
      if (token == Token::kUnknown) return FailUnknown("Expected a value or ] within an array.");
      if (token != Token::kArrayEnd) {
        stack_.push_back(Expect::kAfterElement);
        return Value(token);
      }
      ++at_;
      events_.EndList();
      --depth_;
      return Result::kDone;
    case Expect::kAfterElement:
      if (token == Token::kUnknown) return FailUnknown("Expected , or ] after array value.");
      if (token == Token::kComma) {
        ++at_;
        stack_.push_back(Expect::kElement);
        return Result::kDone;
      }
      if (token != Token::kArrayEnd) return Fail("Expected , or ] after array value.");
      ++at_;
      events_.EndList();
      --depth_;
      return Result::kDone;
  }
  return Result::kFailed;
}

EnvoyParser::Result EnvoyParser::Value(Token token) {
  auto scalar = [&](const JsonScalar& value, size_t bytes) {
    events_.Scalar(key_, value);
    key_.clear();
    at_ += bytes;
    return Result::kDone;
  };
  switch (token) {
    case Token::kObject: {
      ++at_;
      events_.StartObject(key_);
      if (++depth_ > kJsonDepthMax) {
        status_ = absl::InvalidArgumentError(
            fmt::format("Message too deep. Max recursion depth reached for key '{}'", key_));
        return Result::kFailed;
      }
      key_.clear();
      stack_.push_back(Expect::kEntry);
      return Result::kDone;
    }
    case Token::kArray: {
      ++at_;
      events_.StartList(key_);
      if (++depth_ > kJsonDepthMax) {
        status_ =
            absl::InvalidArgumentError("Message too deep. Max recursion depth reached in array");
        return Result::kFailed;
      }
      key_.clear();
      stack_.push_back(Expect::kElement);
      return Result::kDone;
    }
    case Token::kString: {
      Result result = String();
      if (result != Result::kDone) return result;
      const JsonScalar value = std::move(string_);
      string_.clear();
      return scalar(value, 0);
    }
    case Token::kNumber: return Number();
    case Token::kTrue: return scalar(true, 4);
    case Token::kFalse: return scalar(false, 5);
    case Token::kNull: return scalar(JsonNull(), 4);
    case Token::kUnknown: return FailUnknown("Expected a value.");
    default:
      // It may be the beginning of a literal.
      if (!finishing_ && left() < kLongestLiteral) return Result::kMore;
      return Fail("Unexpected token.");
  }
}

EnvoyParser::Result EnvoyParser::Entry(Token token) {
  constexpr std::string_view kExpected = "Expected an object key or }.";
  Result result = Result::kDone;
  switch (token) {
    case Token::kUnknown: return FailUnknown(kExpected);
    case Token::kObjectEnd:
      events_.EndObject();
      ++at_;
      --depth_;
      return Result::kDone;
    case Token::kString:
      result = String();
      if (result == Result::kDone) {
        key_ = std::move(string_);
        string_.clear();
      }
      break;
    case Token::kKey: result = BareKey(); break;
    case Token::kTrue:
    case Token::kFalse:
    case Token::kNull:
      result = BareKey();
      if (result == Result::kDone && (key_ == "true" || key_ == "false" || key_ == "null"))
        result = Fail(kExpected);
      break;
    default: return Fail(kExpected);
  }
  if (result != Result::kDone) return result;
  stack_.push_back(Expect::kAfterEntry);
  stack_.push_back(Expect::kColon);
  return Result::kDone;
}

EnvoyParser::Result EnvoyParser::String() {
  if (quote_ == 0) quote_ = text_[at_++];
  while (left() > 0) {
    const char c = text_[at_];
    if (c == quote_) {
      quote_ = 0;
      ++at_;
      return Result::kDone;
    }
    if (c != '\\') {
      string_ += c;
      ++at_;
      continue;
    }
    if (left() == 1) return finishing_ ? Fail("Closing quote expected in string.") : Result::kMore;
    const char escape = text_[at_ + 1];
    if (escape == 'u') {
      Result result = UnicodeEscape();
      if (result != Result::kDone) return result;
      continue;
    }
    static constexpr std::string_view kLetters = "bfnrtv";
    static constexpr std::string_view kMeaning = "\b\f\n\r\t\v";
    const size_t letter = kLetters.find(escape);
    string_ += letter == kLetters.npos ? escape : kMeaning[letter];
    at_ += 2;
  }
  if (!finishing_) return Result::kMore;
  quote_ = 0;
  return Fail("Closing quote expected in string.");
}

EnvoyParser::Result EnvoyParser::UnicodeEscape() {
  if (left() < kEscapeBytes) return finishing_ ? Fail("Illegal hex string.") : Result::kMore;
  int unit = HexUnit(text_, at_);
  if (unit < 0) return Fail("Invalid escape sequence.");
  uint32_t c = static_cast<uint32_t>(unit);
  size_t used = kEscapeBytes;
  if (c >= 0xD800 && c <= 0xDBFF) {
    if (left() < 2 * kEscapeBytes)
      return finishing_ ? Fail("Missing low surrogate.") : Result::kMore;
    if (text_[at_ + kEscapeBytes] != '\\' || text_[at_ + kEscapeBytes + 1] != 'u')
      return Fail("Missing low surrogate.");
    const int low = HexUnit(text_, at_ + kEscapeBytes);
    if (low < 0) return Fail("Invalid escape sequence.");
    if (low < 0xDC00 || low > 0xDFFF) return Fail("Invalid low surrogate.");
    c = 0x10000 + ((c & 0x3ff) << 10 | (static_cast<uint32_t>(low) & 0x3ff));
    used = 2 * kEscapeBytes;
  } else if (c >= 0xDC00 && c <= 0xDFFF) {
    return Fail("Invalid unicode code point.");
  }
  AppendUtf8(string_, c);
  at_ += used;
  return Result::kDone;
}

EnvoyParser::Result EnvoyParser::Number() {
  size_t size = 0;
  bool real = false;
  for (; size < left(); ++size) {
    const char c = text_[at_ + size];
    if (c == '.' || c == 'e' || c == 'E') {
      real = true;
    } else if (!absl::ascii_isdigit(c) && c != '+' && c != '-' && c != 'x') {
      break;
    }
  }
  if (size == left() && !finishing_) return Result::kMore;
  const std::string_view text = text_.substr(at_, size);
  JsonScalar value;
  Result result = Result::kDone;
  if (real) {
    result = Double(text, value);
  } else {
    const bool negative = text.front() == '-';
    if (text.size() >= (negative ? 3 : 2) && text[negative] == '0')
      return Fail("Octal/hex numbers are not valid JSON values.");
    int64_t below = 0;
    uint64_t natural = 0;
    if (negative && ParseInt(text, below)) {
      value = below;
    } else if (!negative && ParseInt(text, natural)) {
      value = natural;
    } else {
      result = Double(text, value);
    }
  }
  if (result != Result::kDone) return result;
  at_ += size;
  events_.Scalar(key_, value);
  key_.clear();
  return Result::kDone;
}

EnvoyParser::Result EnvoyParser::Double(std::string_view text, JsonScalar& value) {
  const std::string terminated(text);
  char* end = nullptr;
  const double real = std::strtod(terminated.c_str(), &end);
  if (end != terminated.c_str() + terminated.size() || text.find('x') != text.npos)
    return Fail("Unable to parse number.");
  if (!std::isfinite(real)) return Fail("Number exceeds the range of double.");
  value = real;
  return Result::kDone;
}

EnvoyParser::Result EnvoyParser::BareKey() {
  size_t size = 1;
  while (size < left() && (IsKeyStart(text_[at_ + size]) || absl::ascii_isdigit(text_[at_ + size])))
    ++size;
  if (size == left() && !finishing_) return Result::kMore;
  key_ = text_.substr(at_, size);
  at_ += size;
  return Result::kDone;
}

EnvoyParser::Token EnvoyParser::Next() {
  SkipSpace();
  if (left() == 0) return Token::kUnknown;
  const std::string_view text = rest();
  const char c = text.front();
  if (c == '"' || c == '\'') return Token::kString;
  if (c == '-' || absl::ascii_isdigit(c)) return Token::kNumber;
  if (text.starts_with("true")) return Token::kTrue;
  if (text.starts_with("false")) return Token::kFalse;
  if (text.starts_with("null")) return Token::kNull;
  switch (c) {
    case '{': return Token::kObject;
    case '}': return Token::kObjectEnd;
    case '[': return Token::kArray;
    case ']': return Token::kArrayEnd;
    case ':': return Token::kColon;
    case ',': return Token::kComma;
    default: return IsKeyStart(c) ? Token::kKey : Token::kUnknown;
  }
}

void EnvoyParser::SkipSpace() {
  while (left() > 0 && absl::ascii_isspace(text_[at_])) ++at_;
}

EnvoyParser::Result EnvoyParser::Fail(std::string_view what) {
  const size_t begin = at_ > kContextBytes ? at_ - kContextBytes : 0;
  const size_t end = std::min(at_ + kContextBytes, text_.size());
  status_ = absl::InvalidArgumentError(fmt::format(
      "{}\n{}\n{}^", what, text_.substr(begin, end - begin), std::string(at_ - begin, ' ')));
  return Result::kFailed;
}

EnvoyParser::Result EnvoyParser::FailUnknown(std::string_view what) {
  if (!finishing_) return Result::kMore;
  return left() == 0 ? Fail(fmt::format("Unexpected end of string. {}", what)) : Fail(what);
}

}  // namespace minato::gateway
