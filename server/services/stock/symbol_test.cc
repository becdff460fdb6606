#include "server/services/stock/symbol.h"

#include <gtest/gtest.h>

namespace minato::stock {
namespace {

TEST(Symbol, IsKeptInUpperCase) {
  EXPECT_EQ(Symbol::Parse("acme")->text(), "ACME");
  EXPECT_EQ(Symbol::Parse("Brk.b")->text(), "BRK.B");
  EXPECT_EQ(Symbol::Parse("0700-hk")->text(), "0700-HK");
  EXPECT_EQ(Symbol::Parse("A")->text(), "A");
  EXPECT_EQ(Symbol::Parse("ABCDEFGHIJKL")->text(), "ABCDEFGHIJKL");
}

TEST(Symbol, WhatIsNoneIsRefusedWithTheFieldAndTheRule) {
  const struct {
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {"", "symbol: has 0 characters, must have 1 to 12"},
      {"ABCDEFGHIJKLM", "symbol: has 13 characters, must have 1 to 12"},
      {"A B", "symbol: must consist of letters, digits, '.' and '-'"},
      {"A/B", "symbol: must consist of letters, digits, '.' and '-'"},
      {"\xc3\x84", "symbol: must consist of letters, digits, '.' and '-'"},
      {std::string_view("A\0", 2), "symbol: must consist of letters, digits, '.' and '-'"},
      {".A", "symbol: must begin with a letter or a digit"},
      {"-A", "symbol: must begin with a letter or a digit"},
  };
  for (const auto& [text, message] : cases) {
    const Status status = Symbol::Parse(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(MessageOf(status), message);
  }
  EXPECT_EQ(MessageOf(Symbol::Parse("", "symbols[3]").status()),
            "symbols[3]: has 0 characters, must have 1 to 12");
}

}  // namespace
}  // namespace minato::stock
