#include "gateway/routing/bindings.h"

#include <algorithm>

#include "gateway/routing/path_unescape.h"
#include "gateway/routing/query.h"

namespace minato::gateway {
namespace {

// Where the lookup of a dotted name ended.
struct Resolution {
  FieldPath field;
  const MessageTable* message = nullptr;  // The message that has no such field; nullptr if a field is no message.
  std::string_view part;                  // The part that could not be looked up.
  bool ok = false;
};

// As it stands first (a json_name may hold "%5B"), then decoded.
const FieldTable* FindPart(const MessageTable& message, std::string_view part) {
  if (const FieldTable* field = message.FindName(part)) return field;
  if (part.find('%') == std::string_view::npos) return nullptr;
  return message.FindName(Unescape(part));
}

Resolution Resolve(const MessageTable& request, std::string_view name) {
  Resolution result;
  const MessageTable* message = &request;
  while (true) {
    const size_t dot = name.find('.');
    result.part = name.substr(0, dot);
    result.message = message;
    if (message == nullptr) return result;
    const FieldTable* field = FindPart(*message, result.part);
    if (field == nullptr) return result;
    result.field.push_back(field);
    if (dot == std::string_view::npos) {
      result.ok = true;
      return result;
    }
    message = field->kind == Kind::kMessage ? field->message : nullptr;
    name.remove_prefix(dot + 1);
  }
}

Status Refuse(std::string_view what, std::string_view name, const Resolution& resolution, UnknownNameText text) {
  if (resolution.message == nullptr) {
    const std::string& scalar = resolution.field.back()->name;
    if (text == UnknownNameText::kEnvoy) {
      return InvalidArgument("Encountered a non-leaf field \"{}\" that is not a message while parsing a field path",
                             scalar);
    }
    return InvalidArgument("unknown {} \"{}\": {} is no message", what, name, resolution.field.back()->full_name);
  }
  if (text == UnknownNameText::kEnvoy) {
    return InvalidArgument("Could not find field \"{}\" in the type \"{}\".", resolution.part,
                           resolution.message->full_name);
  }
  return InvalidArgument("unknown {} \"{}\": {} has no field \"{}\"", what, name, resolution.message->full_name,
                         resolution.part);
}

void Capture(UrlBindings& result, std::string_view name, std::string value) {
  for (auto& [known, values] : result.unknown) {
    if (known == name) {
      values.push_back(std::move(value));
      return;
    }
  }
  result.unknown.push_back({std::string(name), {std::move(value)}});
}

// Fields of an HttpBody come from the body alone.
bool IsInsideHttpBody(const Route& route, const FieldPath& field) {
  const FieldPath& http_body = route.http_body_field;
  return route.body_is_http_body && field.size() >= http_body.size() &&
         std::equal(http_body.begin(), http_body.end(), field.begin());
}

Status PassThrough() { return NotFound("the request names a field that does not exist"); }

Status BindPath(const RouteMatch& match, const RoutingOptions& options, UrlBindings& result) {
  const Route& route = *match.route;
  for (size_t i = 0; i < route.variables.size(); ++i) {
    const RouteVariable& variable = route.variables[i];
    if (variable.field.empty()) {
      if (options.unknown_name == UnknownName::kIgnore) continue;
      if (options.unknown_name == UnknownName::kPassThrough) return PassThrough();
      if (options.unknown_name == UnknownName::kCapture) {
        Capture(result, variable.name, Unescape(match.values[i], variable.unescape));
        continue;
      }
      return Refuse("path variable", variable.name, Resolve(*route.request, variable.name), options.unknown_name_text);
    }
    if (IsInsideHttpBody(route, variable.field)) continue;
    result.bindings.push_back({variable.field, Unescape(match.values[i], variable.unescape)});
  }
  return OkStatus();
}

Status BindQuery(const Route& route, std::string_view query, const RoutingOptions& options, UrlBindings& result) {
  QuerySplitter splitter(query);
  QueryParameter parameter;
  while (splitter.Next(parameter)) {
    const auto& ignored = options.ignored_query_parameters;
    if (std::find(ignored.begin(), ignored.end(), parameter.name) != ignored.end()) continue;
    Resolution resolution = Resolve(*route.request, parameter.name);
    if (resolution.ok) {
      if (IsInsideHttpBody(route, resolution.field)) continue;
      result.bindings.push_back({std::move(resolution.field),
                                 Unescape(parameter.raw_value, UnescapeSpec::kAll, options.query_plus)});
      continue;
    }
    switch (options.unknown_name) {
      case UnknownName::kIgnore: break;
      case UnknownName::kCapture:
        Capture(result, parameter.name, Unescape(parameter.raw_value, UnescapeSpec::kAll, options.query_plus));
        break;
      case UnknownName::kPassThrough: return PassThrough();
      case UnknownName::kRefuse:
        return Refuse("query parameter", parameter.name, resolution, options.unknown_name_text);
    }
  }
  return OkStatus();
}

}  // namespace

StatusOr<UrlBindings> BindUrl(const RouteMatch& match, std::string_view query, const RoutingOptions& options) {
  UrlBindings result;
  TRY(BindPath(match, options, result));
  TRY(BindQuery(*match.route, query, options, result));
  return result;
}

}  // namespace minato::gateway
