#include "server/services/stock/json_pointer.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

namespace minato::stock {
namespace {

google::protobuf::Value Json(const std::string& text) {
  google::protobuf::Value value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &value).ok());
  return value;
}

TEST(JsonPointer, FindsMembersAndElements) {
  const auto root =
      Json(R"({"Global Quote": {"05. price": 1}, "a/b~c": 2, "": 3, "list": [4, {"x": 5}]})");
  const std::pair<const char*, double> cases[] = {
      {"/Global Quote/05. price", 1}, {"/a~1b~0c", 2}, {"/", 3}, {"/list/0", 4}, {"/list/1/x", 5},
  };
  for (const auto& [text, number] : cases) {
    const auto* found = JsonPointer::Parse(text)->FindIn(root);
    ASSERT_NE(found, nullptr) << text;
    EXPECT_EQ(found->number_value(), number) << text;
  }
  EXPECT_EQ(JsonPointer::Parse("")->FindIn(root), &root);
}

TEST(JsonPointer, FindsNothingWhereThereIsNothing) {
  const auto root = Json(R"({"a": {"b": 1}, "list": [1]})");
  for (const char* text : {"/b", "/a/c", "/a/b/c", "/list/1", "/list/-1", "/list/x", "/list/0x",
                           "/list/", "/list/99999999999"}) {
    EXPECT_EQ(JsonPointer::Parse(text)->FindIn(root), nullptr) << text;
  }
}

TEST(JsonPointer, BeginsWithASlash) {
  EXPECT_EQ(JsonPointer::Parse("quote.price").status(),
            InvalidArgument("'quote.price' is no JSON pointer: it must begin with '/', as in "
                            "'/quote/price'"));
}

}  // namespace
}  // namespace minato::stock
