#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/route_table.h"
#include "gateway/transcode/schema.h"
#include "runtime/status.h"

namespace minato::gateway {

// Adds a rule written as "GET /a/{x}" or "POST /a body=book" for routing.test.Library.GetBook.
Status AddTestRule(RouteTableBuilder& builder, std::string_view rule);

// A route table of such rules.
class TestTable {
 public:
  TestTable(const std::vector<std::string>& rules, RoutingOptions options = {});

  // "GET /a/1" gives "/a/{x} x=1", values still encoded; "404", or "405 GET, POST".
  std::string Match(std::string_view request) const;
  RouteMatch Find(std::string_view http_method, std::string_view path) const { return table_.Match(http_method, path); }

  const RouteTable& table() const { return table_; }

  // The status of building such a table.
  static Status Build(const std::vector<std::string>& rules, RoutingOptions options = {});

 private:
  Schema schema_;
  RouteTable table_;
};

}  // namespace minato::gateway
