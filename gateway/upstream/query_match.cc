#include "gateway/upstream/query_match.h"

#include <algorithm>

namespace minato::gateway {
namespace {

std::optional<std::string_view> ValueOf(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const size_t equals = std::min(parameter.find('='), parameter.size());
    if (parameter.substr(0, equals) == name) return parameter.substr(std::min(equals + 1, parameter.size()));
  }
  return std::nullopt;
}

}  // namespace

QueryMatch::QueryMatch(const config::QueryParameterMatcher& config) : name_(config.name), present_(config.present) {
  if (config.value.has_value()) value_.emplace(*config.value);
}

bool QueryMatch::Matches(std::string_view query) const {
  const std::optional<std::string_view> value = ValueOf(query, name_);
  if (!value_.has_value()) return value.has_value() == present_;
  return value.has_value() && value_->Matches(*value);
}

}  // namespace minato::gateway
