#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace minato::gateway {

// Where a byte stands in a text.
struct TextPosition {
  size_t line = 1;
  size_t column = 1;
  // Counts columns in bytes, lines at '\n'.
  void Advance(std::string_view text);
};

// Finds the elements of a JSON array that arrives in pieces. It looks at brackets, commas and
// quotes only: whether an element is good JSON is for its reader to say.
class ArraySplitter {
 public:
  enum class Event { kMore, kElement, kEnd, kError };

  // Takes bytes off the front of `piece`. kElement: element() is whole, call again. kMore: all of
  // the piece is taken. kEnd: the array is closed and so far nothing but white space follows.
  Event Next(std::string_view& piece);

  const std::string& element() const { return element_; }
  // Of the element's first byte.
  TextPosition element_position() const { return element_position_; }
  bool closed() const { return state_ == State::kClosed; }
  // After kError, or when the text ends before the array does.
  absl::Status error() const;

 private:
  enum class State { kBefore, kFirst, kBetween, kElement, kString, kEscape, kClosed };
  Event Fail(const char* what);

  State state_ = State::kBefore;
  int depth_ = 0;  // Of brackets inside the element.
  bool taken_ = false;
  std::string element_;
  TextPosition position_;
  TextPosition element_position_;
  const char* what_ = nullptr;
};

}  // namespace minato::gateway
