#include "gateway/routing/test_table.h"

#include <utility>

#include "gateway/routing/routing_test.pb.h"
#include "google/api/http.pb.h"
#include "google/protobuf/descriptor.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

google::api::HttpRule ParseRule(std::string_view text) {
  const size_t method_end = text.find(' ');
  const size_t path_end = text.find(" body=");
  const std::string http_method(text.substr(0, method_end));
  const std::string path(text.substr(method_end + 1, path_end == text.npos ? text.npos : path_end - method_end - 1));
  google::api::HttpRule rule;
  if (path_end != text.npos) rule.set_body(std::string(text.substr(path_end + 6)));
  if (http_method == "GET") {
    rule.set_get(path);
  } else if (http_method == "POST") {
    rule.set_post(path);
  } else if (http_method == "PUT") {
    rule.set_put(path);
  } else if (http_method == "PATCH") {
    rule.set_patch(path);
  } else if (http_method == "DELETE") {
    rule.set_delete_(path);
  } else {
    rule.mutable_custom()->set_kind(http_method);
    rule.mutable_custom()->set_path(path);
  }
  return rule;
}

Status AddRules(RouteTableBuilder& builder, const std::vector<std::string>& rules) {
  for (const std::string& rule : rules) TRY(AddTestRule(builder, rule));
  return OkStatus();
}

RouteTable MustBuild(Schema& schema, const std::vector<std::string>& rules, RoutingOptions options) {
  RouteTableBuilder builder(schema, std::move(options));
  const Status status = AddRules(builder, rules);
  CHECK(status.ok(), "{}", MessageOf(status));
  return std::move(builder).Build();
}

}  // namespace

Status AddTestRule(RouteTableBuilder& builder, std::string_view rule) {
  const auto* service = routing::test::Fields::descriptor()->file()->FindServiceByName("Library");
  return builder.AddRule(*service->method(0), ParseRule(rule));
}

TestTable::TestTable(const std::vector<std::string>& rules, RoutingOptions options)
    : table_(MustBuild(schema_, rules, std::move(options))) {}

std::string TestTable::Match(std::string_view request) const {
  const size_t space = request.find(' ');
  const RouteMatch match = table_.Match(request.substr(0, space), request.substr(space + 1));
  switch (match.outcome) {
    case RouteMatch::Outcome::kNotFound: return "404";
    case RouteMatch::Outcome::kMethodNotAllowed: return "405 " + match.allow;
    case RouteMatch::Outcome::kFound: break;
  }
  std::string text = match.route->path_template;
  for (size_t i = 0; i < match.values.size(); ++i) {
    text += fmt::format(" {}={}", match.route->variables[i].name, match.values[i]);
  }
  return text;
}

Status TestTable::Build(const std::vector<std::string>& rules, RoutingOptions options) {
  Schema schema;
  RouteTableBuilder builder(schema, std::move(options));
  return AddRules(builder, rules);
}

}  // namespace minato::gateway
