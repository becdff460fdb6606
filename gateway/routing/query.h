#pragma once

#include <string_view>

namespace minato::gateway {

struct QueryParameter {
  std::string_view name;       // Neither is decoded yet.
  std::string_view raw_value;
};

// Splits "a=1&b.c=2" into its parameters, in order. Entries without '=' or without a name are passed over, as Envoy
// does.
class QuerySplitter {
 public:
  explicit QuerySplitter(std::string_view query) : rest_(query) {}

  // False at the end.
  bool Next(QueryParameter& parameter);

 private:
  std::string_view rest_;
};

}  // namespace minato::gateway
