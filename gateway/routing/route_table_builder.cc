#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/routing/route_table.h"
#include "gateway/routing/route_table_node.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"

namespace minato::gateway {
namespace {

using google::api::HttpRule;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

struct Pattern {
  std::string_view http_method;
  std::string_view path_template;
};

std::optional<Pattern> PatternOf(const HttpRule& rule) {
  switch (rule.pattern_case()) {
    case HttpRule::kGet: return Pattern{"GET", rule.get()};
    case HttpRule::kPut: return Pattern{"PUT", rule.put()};
    case HttpRule::kPost: return Pattern{"POST", rule.post()};
    case HttpRule::kDelete: return Pattern{"DELETE", rule.delete_()};
    case HttpRule::kPatch: return Pattern{"PATCH", rule.patch()};
    case HttpRule::kCustom: return Pattern{rule.custom().kind(), rule.custom().path()};
    case HttpRule::PATTERN_NOT_SET: return std::nullopt;
  }
  return std::nullopt;
}

bool IsHttpBody(const MessageTable& message, const FieldPath& field) {
  if (field.empty()) return message.well_known == WellKnown::kHttpBody;
  return field.back()->kind == Kind::kMessage && field.back()->message->well_known == WellKnown::kHttpBody;
}

// The index of the "**", or the number of segments.
size_t DoubleStarOf(const PathTemplate& path_template) {
  size_t i = 0;
  while (i < path_template.segments.size() &&
         path_template.segments[i].kind != PathTemplate::SegmentKind::kDoubleStar) {
    ++i;
  }
  return i;
}

Status InRule(const Route& route, const Status& status) {
  return Error(status.code(), "{}: {} \"{}\": {}", route.method->full_name(), route.http_method, route.path_template,
               MessageOf(status));
}

std::string CallPath(const MethodDescriptor& method) {
  return fmt::format("/{}/{}", method.service()->full_name(), method.name());
}

}  // namespace

RouteTableBuilder::RouteTableBuilder(Schema& schema, RoutingOptions options) : schema_(schema) {
  table_.options_ = std::move(options);
}

RouteTableBuilder::~RouteTableBuilder() = default;

Status RouteTableBuilder::AddService(const ServiceDescriptor& service) {
  for (int i = 0; i < service.method_count(); ++i) TRY(AddMethod(*service.method(i)));
  return OkStatus();
}

Status RouteTableBuilder::AddMethod(const MethodDescriptor& method) {
  if (method.options().HasExtension(google::api::http)) {
    return AddRule(method, method.options().GetExtension(google::api::http));
  }
  if (!table_.options_.auto_mapping) return OkStatus();
  HttpRule rule;
  rule.set_post(CallPath(method));
  rule.set_body("*");
  return AddRule(method, rule);
}

Status RouteTableBuilder::AddRule(const MethodDescriptor& method, const HttpRule& rule) {
  return AddBinding(method, rule, rule);
}

Status RouteTableBuilder::AddBinding(const MethodDescriptor& method, const HttpRule& rule, const HttpRule& primary) {
  if (const std::optional<Pattern> pattern = PatternOf(rule)) {
    auto route = std::make_unique<Route>();
    route->method = &method;
    route->http_method = pattern->http_method;
    route->path_template = pattern->path_template;
    route->body = rule.body();
    const bool is_whole = table_.options_.rule_checks == RuleChecks::kEnvoy && primary.response_body() == "*";
    if (!is_whole) route->response_body = primary.response_body();
    route->is_primary = &rule == &primary;
    route->call_path = CallPath(method);
    route->request = &schema_.Add(*method.input_type());
    route->response = &schema_.Add(*method.output_type());
    auto path_template = PathTemplate::Parse(route->path_template);
    if (!path_template.ok()) return InRule(*route, path_template.status());
    if (Status status = ResolveVariables(*path_template, *route); !status.ok()) return InRule(*route, status);
    if (Status status = ResolveBodies(primary.body(), *route); !status.ok()) return InRule(*route, status);
    if (table_.options_.rule_checks == RuleChecks::kStrict && !rule.response_body().empty() &&
        rule.response_body() != primary.response_body()) {
      return InRule(*route, InvalidArgument("response_body differs from that of the primary rule"));
    }
    if (Status status = Insert(*path_template, *route); !status.ok()) return InRule(*route, status);
    table_.routes_.push_back(std::move(route));
  }
  for (const HttpRule& additional : rule.additional_bindings()) TRY(AddBinding(method, additional, primary));
  return OkStatus();
}

Status RouteTableBuilder::ResolveVariables(const PathTemplate& path_template, Route& route) {
  const bool is_strict = table_.options_.rule_checks == RuleChecks::kStrict;
  const size_t double_star = DoubleStarOf(path_template);
  for (const PathTemplate::Variable& parsed : path_template.variables) {
    RouteVariable variable;
    variable.name = parsed.field_path;
    const bool has_double_star = parsed.begin <= double_star && double_star < parsed.end;
    // Envoy counts a variable that lies behind "**" from the start all the same, and so binds other segments.
    variable.begin_from_end = is_strict && parsed.begin > double_star;
    variable.end_from_end = has_double_star || variable.begin_from_end;
    const size_t size = path_template.segments.size();
    variable.begin = static_cast<uint32_t>(variable.begin_from_end ? size - parsed.begin : parsed.begin);
    variable.end = static_cast<uint32_t>(variable.end_from_end ? size - parsed.end : parsed.end);
    if (has_double_star || parsed.end - parsed.begin > 1) variable.unescape = table_.options_.path_unescape;
    StatusOr<FieldPath> field = ResolvePath(*route.request, parsed.field_path);
    if (field.ok()) {
      variable.field = *std::move(field);
    } else {
      const Status unknown = InvalidArgument("variable {}: {}", parsed.field_path, MessageOf(field.status()));
      if (is_strict) return unknown;
      table_.warnings_.emplace_back(MessageOf(InRule(route, unknown)));
    }
    if (is_strict) {
      if (!TakesText(*variable.field.back())) {
        return InvalidArgument("variable {}: field {} cannot be read from a path", parsed.field_path,
                               variable.field.back()->full_name);
      }
      for (const RouteVariable& other : route.variables) {
        if (other.field == variable.field) return InvalidArgument("variable {} stands twice", parsed.field_path);
      }
    }
    route.variables.push_back(std::move(variable));
  }
  return OkStatus();
}

Status RouteTableBuilder::ResolveBodies(const std::string& primary_body, Route& route) const {
  const bool is_strict = table_.options_.rule_checks == RuleChecks::kStrict;
  if (route.body != "*") {
    StatusOr<FieldPath> field = ResolvePath(*route.request, route.body);
    if (!field.ok()) return InvalidArgument("body: {}", MessageOf(field.status()));
    route.body_field = *std::move(field);
    if (is_strict && IsBelowRepeated(route.body_field)) {
      return InvalidArgument("body: {} lies below a repeated field", route.body);
    }
  }
  StatusOr<FieldPath> field = ResolvePath(*route.response, route.response_body);
  if (!field.ok()) return InvalidArgument("response_body: {}", MessageOf(field.status()));
  route.response_body_field = *std::move(field);
  if (is_strict && IsBelowRepeated(route.response_body_field)) {
    return InvalidArgument("response_body: {} lies below a repeated field", route.response_body);
  }
  route.http_body_field = route.body_field;
  if (!is_strict && primary_body != route.body) {
    TRY(route.http_body_field, ResolvePath(*route.request, primary_body == "*" ? "" : primary_body));
  }
  route.body_is_http_body = IsHttpBody(*route.request, route.http_body_field);
  route.response_is_http_body = IsHttpBody(*route.response, route.response_body_field);
  return OkStatus();
}

Status RouteTableBuilder::Insert(const PathTemplate& path_template, const Route& route) {
  const bool is_strict = table_.options_.rule_checks == RuleChecks::kStrict;
  if (is_strict) {
    if (route.http_method.empty()) return InvalidArgument("the HTTP method is empty");
    if (route.http_method == "*" && !path_template.verb.empty()) {
      return InvalidArgument("a rule for any method can have no verb");
    }
  }
  std::vector<RouteTable::Node>& nodes = table_.nodes_;
  uint32_t at = 0;
  for (const PathTemplate::Segment& segment : path_template.segments) {
    const uint32_t fresh = static_cast<uint32_t>(nodes.size());
    uint32_t child = 0;
    switch (segment.kind) {
      case PathTemplate::SegmentKind::kLiteral:
        child = nodes[at].FindChild(segment.literal);
        if (child == 0) nodes[at].literals.insert(nodes[at].LowerBound(segment.literal), {segment.literal, fresh});
        break;
      case PathTemplate::SegmentKind::kStar:
        child = std::exchange(nodes[at].star, nodes[at].star == 0 ? fresh : nodes[at].star);
        break;
      case PathTemplate::SegmentKind::kDoubleStar:
        child = std::exchange(nodes[at].double_star, nodes[at].double_star == 0 ? fresh : nodes[at].double_star);
        break;
    }
    if (child == 0) {
      child = fresh;
      nodes.emplace_back().is_double_star = segment.kind == PathTemplate::SegmentKind::kDoubleStar;
    }
    at = child;
  }
  for (RouteTable::Entry& entry : nodes[at].entries) {
    if (entry.http_method != route.http_method || entry.verb != path_template.verb) continue;
    const Status conflict =
        AlreadyExists("the same method and path shape {} as {} has with \"{}\"", path_template.Shape(),
                      entry.route->method->full_name(), entry.route->path_template);
    if (is_strict) return conflict;
    table_.warnings_.push_back(fmt::format("{}; neither can be reached", MessageOf(InRule(route, conflict))));
    entry.route = &route;
    entry.is_duplicate = true;
    return OkStatus();
  }
  nodes[at].entries.push_back({route.http_method, path_template.verb, &route});
  const auto add_sorted = [](std::vector<std::string>& set, const std::string& value) {
    const auto place = std::lower_bound(set.begin(), set.end(), value);
    if (place == set.end() || *place != value) set.insert(place, value);
  };
  if (!path_template.verb.empty()) add_sorted(table_.verbs_, path_template.verb);
  if (route.http_method != "*") add_sorted(table_.http_methods_, route.http_method);
  return OkStatus();
}

RouteTable RouteTableBuilder::Build() && { return std::move(table_); }

}  // namespace minato::gateway
