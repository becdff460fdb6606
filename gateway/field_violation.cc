#include "gateway/field_violation.h"

#include <algorithm>

namespace minato::gateway {
namespace {

// A path as it is, or what is quoted behind "query parameter".
std::string_view FieldIn(std::string_view subject) {
  constexpr std::string_view kParameter = "query parameter \"";
  if (const size_t quoted = subject.find(kParameter); quoted != subject.npos) {
    const std::string_view name = subject.substr(quoted + kParameter.size());
    return name.substr(0, name.rfind('"'));
  }
  const bool is_path = std::none_of(subject.begin(), subject.end(), [](char c) { return c == ' ' || c == '\''; });
  return is_path ? subject : std::string_view();
}

}  // namespace

std::optional<FieldViolation> FieldViolationOf(const Status& error) {
  if (error.code() != StatusCode::kInvalidArgument) return std::nullopt;
  const std::string_view message = MessageOf(error);
  const size_t colon = message.find(": ");
  if (colon == message.npos) return std::nullopt;
  const std::string_view field = FieldIn(message.substr(0, colon));
  if (field.empty()) return std::nullopt;
  return FieldViolation{field, message.substr(colon + 2)};
}

}  // namespace minato::gateway
