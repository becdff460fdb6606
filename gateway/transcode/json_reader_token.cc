#include <emmintrin.h>

#include <bit>

#include "fmt/format.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/utf8.h"

namespace minato::gateway {
namespace {

constexpr size_t kBlock = 16;
constexpr size_t kFoundBytesMax = 40;  // Of the offending text in a message.

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits at p, -1 if they are not there.
int HexUnit(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

char* WriteUtf8(char* w, uint32_t c) {
  if (c < 0x80) {
    *w++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *w++ = static_cast<char>(0xC0 | c >> 6);
    *w++ = static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *w++ = static_cast<char>(0xE0 | c >> 12);
    *w++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *w++ = static_cast<char>(0x80 | (c & 0x3f));
  } else {
    *w++ = static_cast<char>(0xF0 | c >> 18);
    *w++ = static_cast<char>(0x80 | (c >> 12 & 0x3f));
    *w++ = static_cast<char>(0x80 | (c >> 6 & 0x3f));
    *w++ = static_cast<char>(0x80 | (c & 0x3f));
  }
  return w;
}

}  // namespace

// Indentation comes in runs.
void JsonReader::SkipSpaceRun() {
  const char* p = p_;
  while (end_ - p >= static_cast<ptrdiff_t>(kBlock)) {
    if (!IsSpace(*p)) break;
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i space = _mm_cmpeq_epi8(block, _mm_set1_epi8(' '));
    for (char c : {'\n', '\r', '\t'})
      space = _mm_or_si128(space, _mm_cmpeq_epi8(block, _mm_set1_epi8(c)));
    uint32_t others = ~static_cast<uint32_t>(_mm_movemask_epi8(space)) & 0xffff;
    if (others != 0) {
      p_ = p + std::countr_zero(others);
      return;
    }
    p += kBlock;
  }
  while (p < end_ && IsSpace(*p)) ++p;
  p_ = p;
}

bool JsonReader::ScanString(RawString& raw) {
  if (!At('"')) return FailExpected("a string");
  const char* p = p_ + 1;
  raw.begin = p;
  raw.escaped = false;
  uint32_t beyond_ascii = 0;
  for (;;) {
    if (end_ - p >= static_cast<ptrdiff_t>(kBlock)) {
      __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      // Unsigned "below a space": the saturating difference to 0x1f is zero.
      __m128i stop = _mm_cmpeq_epi8(_mm_subs_epu8(block, _mm_set1_epi8(0x1f)), _mm_setzero_si128());
      stop = _mm_or_si128(stop, _mm_cmpeq_epi8(block, _mm_set1_epi8('"')));
      stop = _mm_or_si128(stop, _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
      uint32_t stops = static_cast<uint32_t>(_mm_movemask_epi8(stop));
      uint32_t high = static_cast<uint32_t>(_mm_movemask_epi8(block));
      if (stops == 0) {
        beyond_ascii |= high;
        p += kBlock;
        continue;
      }
      int at = std::countr_zero(stops);
      beyond_ascii |= high & ((1u << at) - 1);
      p += at;
    } else {
      while (p < end_ && *p != '"' && *p != '\\' && static_cast<uint8_t>(*p) >= 0x20) {
        beyond_ascii |= static_cast<uint8_t>(*p) & 0x80;
        ++p;
      }
      if (p == end_) {
        p_ = end_;
        return Fail("the string does not end");
      }
    }
    if (*p == '"') break;
    if (*p == '\\') {
      raw.escaped = true;
      if (end_ - p < 2) {
        p_ = end_;
        return Fail("the string does not end");
      }
      p += 2;
      // The escaped character, were it beyond ASCII, is refused when it is unescaped or skipped.
      continue;
    }
    p_ = p;
    return Fail("a control character in a string must be escaped");
  }
  raw.end = p;
  if (beyond_ascii != 0) {
    size_t good = Utf8Prefix(raw.view());
    if (good != raw.view().size()) {
      p_ = raw.begin + good;
      return Fail("the text is not UTF-8");
    }
  }
  p_ = p + 1;
  return true;
}

char* JsonReader::Unescape(const RawString& raw, char* w) {
  const char* p = raw.begin;
  auto fail = [&](const char* at, const char* what) {
    p_ = at;
    Fail(what);
    return nullptr;
  };
  while (p < raw.end) {
    const char* slash =
        static_cast<const char*>(std::memchr(p, '\\', static_cast<size_t>(raw.end - p)));
    if (slash == nullptr) slash = raw.end;
    std::memcpy(w, p, static_cast<size_t>(slash - p));
    w += slash - p;
    p = slash;
    if (p == raw.end) break;
    const char escape = p[1];
    p += 2;
    switch (escape) {
      case '"':
      case '\\':
      case '/': *w++ = escape; break;
      case 'b': *w++ = '\b'; break;
      case 'f': *w++ = '\f'; break;
      case 'n': *w++ = '\n'; break;
      case 'r': *w++ = '\r'; break;
      case 't': *w++ = '\t'; break;
      case 'u': {
        int unit = HexUnit(p, raw.end);
        if (unit < 0) return fail(p - 2, "\\u must be followed by four hexadecimal digits");
        uint32_t c = static_cast<uint32_t>(unit);
        p += 4;
        if (c >= 0xDC00 && c < 0xE000) return fail(p - 6, "a low surrogate stands alone");
        if (c >= 0xD800 && c < 0xDC00) {
          int low = raw.end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? HexUnit(p + 2, raw.end) : -1;
          if (low < 0xDC00 || low >= 0xE000) return fail(p - 6, "a high surrogate stands alone");
          c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
          p += 6;
        }
        w = WriteUtf8(w, c);
        break;
      }
      default: return fail(p - 2, "unknown escape sequence in a string");
    }
  }
  return w;
}

bool JsonReader::Text(const RawString& raw, std::string_view& text) {
  if (!raw.escaped) {
    text = raw.view();
    return true;
  }
  scratch_.resize(raw.view().size());
  const char* behind = p_;
  char* end = Unescape(raw, scratch_.data());
  if (end == nullptr) return false;
  p_ = behind;
  text = std::string_view(scratch_.data(), static_cast<size_t>(end - scratch_.data()));
  return true;
}

bool JsonReader::ReadText(std::string_view& text) {
  RawString raw;
  return ScanString(raw) && Text(raw, text);
}

bool JsonReader::ReadLiteral(std::string_view literal) {
  if (static_cast<size_t>(end_ - p_) < literal.size() ||
      std::memcmp(p_, literal.data(), literal.size()) != 0) {
    return FailExpected("a value");
  }
  if (static_cast<size_t>(end_ - p_) > literal.size()) {
    char next = p_[literal.size()];
    if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
        (next >= '0' && next <= '9') || next == '_') {
      return FailExpected("a value");
    }
  }
  p_ += literal.size();
  return true;
}

bool JsonReader::NextElementAnyhow(char close, bool& more) {
  SkipSpace();
  if (At(',')) {
    ++p_;
    SkipSpace();
    more = true;
    return true;
  }
  if (At(close)) {
    ++p_;
    more = false;
    return true;
  }
  return FailExpected(close == '}' ? "',' or '}'" : "',' or ']'");
}

bool JsonReader::SkipValue() {
  if (p_ == end_) return FailExpected("a value");
  switch (*p_) {
    case '"': {
      std::string_view text;
      return ReadText(text);
    }
    case '{':
    case '[': {
      const char close = *p_ == '{' ? '}' : ']';
      if (!Enter()) return false;
      ++p_;
      SkipSpace();
      bool more = !At(close);
      if (!more) ++p_;
      while (more) {
        if (close == '}') {
          std::string_view key;
          if (!At('"')) return FailExpected("a key in quotes");
          if (!ReadText(key)) return false;
          if (!ReadColon()) return false;
        }
        if (!SkipValue() || !NextElement(close, more)) return false;
      }
      Leave();
      return true;
    }
    case 't': return ReadLiteral("true");
    case 'f': return ReadLiteral("false");
    case 'n': return ReadLiteral("null");
    default: {
      JsonNumber number = ReadJsonNumber(p_, end_);
      if (number.form == JsonNumber::Form::kNone) return FailExpected("a value");
      if (number.form == JsonNumber::Form::kTooLarge)
        return FailExpected("a number in the range of double");
      p_ = number.end;
      return true;
    }
  }
}

std::string JsonReader::Found() const {
  if (p_ == end_) return "the end";
  const char* p = p_;
  if (*p == '{') return "an object";
  if (*p == '[') return "an array";
  const bool quoted = *p == '"';
  for (++p; p < end_ && static_cast<size_t>(p - p_) < kFoundBytesMax; ++p) {
    if (quoted ? p[-1] == '"' && p - 1 > p_ && p[-2] != '\\'
               : IsSpace(*p) || *p == ',' || *p == '}' || *p == ']')
      break;
  }
  std::string_view text(p_, static_cast<size_t>(p - p_));
  std::string found;
  for (char c : text.substr(0, Utf8Prefix(text))) found += static_cast<uint8_t>(c) < 0x20 ? ' ' : c;
  if (p < end_ && static_cast<size_t>(p - p_) >= kFoundBytesMax) found += "...";
  return found.empty() ? "a byte that is not UTF-8" : found;
}

bool JsonReader::Enter() {
  if (depth_ >= kJsonDepthMax)
    return Fail(fmt::format("nested more than {} levels deep", kJsonDepthMax));
  ++depth_;
  return true;
}

bool JsonReader::Fail(std::string what) {
  if (error_.what.empty()) {
    error_.what = std::move(what);
    error_.offset = static_cast<size_t>(p_ - begin_);
  }
  return false;
}

bool JsonReader::FailExpected(std::string_view what) {
  return Fail(fmt::format("expected {}, found {}", what, Found()));
}

bool JsonReader::In(std::string_view name) {
  const bool joined = error_.path.empty() || error_.path.front() == '[';
  error_.path.insert(0, joined ? std::string(name) : std::string(name) + ".");
  return false;
}

bool JsonReader::InElement(size_t index) { return In(fmt::format("[{}]", index)); }

}  // namespace minato::gateway
