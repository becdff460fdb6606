#include "server/services/stock/json_pointer.h"

#include <charconv>

#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

namespace minato::stock {

StatusOr<JsonPointer> JsonPointer::Parse(std::string_view text) {
  if (text.empty()) return JsonPointer("", {});
  if (text.front() != '/') {
    return InvalidArgument("'{}' is no JSON pointer: it must begin with '/', as in '/quote/price'",
                           text);
  }
  std::vector<std::string> steps =
      absl::StrSplit(absl::string_view(text.data() + 1, text.size() - 1), '/');
  for (std::string& step : steps) {
    absl::StrReplaceAll({{"~1", "/"}}, &step);
    absl::StrReplaceAll({{"~0", "~"}}, &step);
  }
  return JsonPointer(std::string(text), std::move(steps));
}

const google::protobuf::Value* JsonPointer::FindIn(const google::protobuf::Value& root) const {
  const google::protobuf::Value* value = &root;
  for (const std::string& step : steps_) {
    if (value->has_struct_value()) {
      const auto& fields = value->struct_value().fields();
      const auto found = fields.find(step);
      if (found == fields.end()) return nullptr;
      value = &found->second;
    } else if (value->has_list_value()) {
      int index = -1;
      const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (error != std::errc() || end != step.data() + step.size()) return nullptr;
      if (index < 0 || index >= value->list_value().values_size()) return nullptr;
      value = &value->list_value().values(index);
    } else {
      return nullptr;
    }
  }
  return value;
}

}  // namespace minato::stock
