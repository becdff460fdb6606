// RFC 6901: "/Global Quote/05. price" names a member of a member, "/0/price" looks into an array.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/struct.pb.h>

#include "runtime/status.h"

namespace minato::stock {

class JsonPointer {
 public:
  // INVALID_ARGUMENT unless `text` is empty (the whole value) or begins with '/'.
  static StatusOr<JsonPointer> Parse(std::string_view text);

  // nullptr if `root` has no such part. Valid as long as `root`.
  const google::protobuf::Value* FindIn(const google::protobuf::Value& root) const;

  const std::string& text() const { return text_; }

 private:
  JsonPointer(std::string text, std::vector<std::string> steps)
      : text_(std::move(text)), steps_(std::move(steps)) {}

  std::string text_;
  std::vector<std::string> steps_;
};

}  // namespace minato::stock
