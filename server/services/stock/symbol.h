// The symbol of a share, well formed and in upper case: "ACME", "BRK.B".
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::stock {

class Symbol {
 public:
  // 1 to 12 letters in either case, digits, '.' and '-', the first a letter or a digit. Otherwise
  // INVALID_ARGUMENT that names `field` and the rule.
  static StatusOr<Symbol> Parse(std::string_view text, std::string_view field = "symbol");

  const std::string& text() const { return text_; }

 private:
  explicit Symbol(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace minato::stock
