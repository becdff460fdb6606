#include "gateway/transcode/array_splitter.h"

#include "fmt/format.h"

namespace minato::gateway {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

void TextPosition::Advance(std::string_view text) {
  for (char c : text) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
}

ArraySplitter::Event ArraySplitter::Next(std::string_view& piece) {
  if (what_ != nullptr) return Event::kError;
  if (taken_) {
    element_.clear();
    taken_ = false;
  }
  size_t i = 0;  // Bytes taken.
  size_t element_start = 0;
  auto finish = [&](size_t used) {
    position_.Advance(piece.substr(0, used));
    piece.remove_prefix(used);
  };
  for (; i < piece.size(); ++i) {
    const char c = piece[i];
    switch (state_) {
      case State::kBefore:
        if (IsSpace(c)) continue;
        finish(i);
        if (c != '[')
          return Fail(c == '{' ? "Expected an array instead of an object"
                               : "Expected an array instead of a scalar value.");
        i = 0;
        state_ = State::kFirst;
        continue;
      case State::kClosed:
        if (IsSpace(c)) continue;
        finish(i);
        return Fail("unexpected data after the array");
      case State::kFirst:
      case State::kBetween:
        if (IsSpace(c)) continue;
        if (c == ']') {
          if (state_ == State::kBetween) {
            finish(i);
            return Fail("expected a value, found ]");
          }
          state_ = State::kClosed;
          continue;
        }
        if (c == ',') {
          finish(i);
          return Fail("expected a value, found ,");
        }
        state_ = State::kElement;
        depth_ = 0;
        element_start = i;
        element_position_ = position_;
        element_position_.Advance(piece.substr(0, i));
        [[fallthrough]];
      case State::kElement:
        if (c == '"') {
          state_ = State::kString;
        } else if (c == '{' || c == '[') {
          ++depth_;
        } else if (depth_ == 0 && (c == ',' || c == ']')) {
          element_.append(piece.substr(element_start, i - element_start));
          state_ = c == ',' ? State::kBetween : State::kClosed;
          taken_ = true;
          finish(i + 1);
          return Event::kElement;
        } else if ((c == '}' || c == ']') && depth_ > 0) {
          --depth_;
        }
        continue;
      case State::kString:
        if (c == '\\') state_ = State::kEscape;
        if (c == '"') state_ = State::kElement;
        continue;
      case State::kEscape: state_ = State::kString; continue;
    }
  }
  if (state_ == State::kElement || state_ == State::kString || state_ == State::kEscape) {
    element_.append(piece.substr(element_start));
  }
  finish(piece.size());
  return state_ == State::kClosed ? Event::kEnd : Event::kMore;
}

ArraySplitter::Event ArraySplitter::Fail(const char* what) {
  what_ = what;
  return Event::kError;
}

absl::Status ArraySplitter::error() const {
  if (what_ == nullptr && state_ == State::kBefore) {
    return absl::InvalidArgumentError("Expected an array instead of an object");
  }
  return absl::InvalidArgumentError(fmt::format("{} (line {}, column {})",
                                                what_ != nullptr ? what_ : "the array does not end",
                                                position_.line, position_.column));
}

}  // namespace minato::gateway
