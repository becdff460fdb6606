#include "gateway/routing/bindings.h"

#include <algorithm>
#include <optional>

#include "gateway/routing/path_unescape.h"
#include "gateway/routing/query.h"
#include "gateway/transcode/scalar_text.h"

namespace minato::gateway {
namespace {

// Where the lookup of a dotted name ended.
struct Resolution {
  FieldPath field;
  std::optional<std::string> key;         // The field is a map, and this is the entry's key.
  std::string problem;                    // Why it is none, where a map is in it.
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

// "labels[k]", with the brackets as they are or percent-encoded.
struct Bracketed {
  std::string_view field;
  std::string_view raw_key;
};

std::optional<Bracketed> SplitBrackets(std::string_view name) {
  const size_t open = std::min({name.find('['), name.find("%5B"), name.find("%5b")});
  if (open == std::string_view::npos) return std::nullopt;
  const size_t close_size = name.back() == ']' ? 1 : name.ends_with("%5D") || name.ends_with("%5d") ? 3 : 0;
  const size_t key = open + (name[open] == '[' ? 1 : 3);
  if (close_size == 0 || name.size() < key + close_size) return std::nullopt;
  return Bracketed{name.substr(0, open), name.substr(key, name.size() - close_size - key)};
}

void ResolveEntry(const FieldTable& map, std::string_view raw_key, PlusSign plus, Resolution& result) {
  result.field.push_back(&map);
  if (!TakesText(*map.message->FindNumber(2))) {
    result.problem = fmt::format("the values of {} are messages that cannot be given as text", map.full_name);
  } else if (raw_key.empty()) {
    result.problem = fmt::format("{} is a map; an entry is {}[key]=value", map.full_name, map.json_name);
  } else {
    result.key = Unescape(raw_key, UnescapeSpec::kAll, plus);
    result.ok = true;
  }
}

Resolution Resolve(const MessageTable& request, std::string_view name, const RoutingOptions& options) {
  const auto is_map = [&options](const FieldTable* field) {
    return options.query_maps == QueryMaps::kByKey && field != nullptr && field->cardinality == Cardinality::kMap;
  };
  Resolution result;
  const MessageTable* message = &request;
  while (true) {
    const size_t dot = name.find('.');
    result.part = name.substr(0, dot);
    result.message = message;
    if (message == nullptr) return result;
    const FieldTable* field = FindPart(*message, result.part);
    if (field == nullptr) {
      const std::optional<Bracketed> entry = SplitBrackets(name);
      if (entry.has_value()) field = FindPart(*message, entry->field);
      if (is_map(field)) ResolveEntry(*field, entry->raw_key, options.query_plus, result);
      return result;
    }
    name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    if (is_map(field)) {
      ResolveEntry(*field, name, options.query_plus, result);
      if (name.find('.') == std::string_view::npos || !result.ok) return result;
      result.ok = false;
      result.problem = fmt::format("a key with a dot in it stands in brackets, as in {}[{}]", field->json_name, name);
      return result;
    }
    result.field.push_back(field);
    result.ok = dot == std::string_view::npos;
    if (result.ok) return result;
    message = field->kind == Kind::kMessage ? field->message : nullptr;
  }
}

Status Refuse(std::string_view what, std::string_view name, const Resolution& resolution, UnknownNameText text) {
  if (!resolution.problem.empty()) return InvalidArgument("{} \"{}\": {}", what, name, resolution.problem);
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
      return Refuse("path variable", variable.name, Resolve(*route.request, variable.name, RoutingOptions::Envoy()),
                    options.unknown_name_text);
    }
    if (IsInsideHttpBody(route, variable.field)) continue;
    result.bindings.push_back({variable.field, Unescape(match.values[i], variable.unescape)});
  }
  return OkStatus();
}

// Here, where the parameter's own name is known: its field has another in what reads it later.
Status CheckEntry(std::string_view name, const Binding& binding) {
  const MessageTable& entry = *binding.path.back()->message;
  std::string scratch;
  Sink sink(scratch, binding.key->size() + binding.value.size());
  const std::string bad_key = AppendScalarText(sink, *entry.FindNumber(1), *binding.key, EnumNames::kExact);
  if (!bad_key.empty()) return InvalidArgument("query parameter \"{}\": key: {}", name, bad_key);
  const FieldTable& value = *entry.FindNumber(2);
  if (value.kind == Kind::kMessage) return OkStatus();
  const std::string bad_value = AppendScalarText(sink, value, binding.value, EnumNames::kAnyCase);
  if (!bad_value.empty()) return InvalidArgument("query parameter \"{}\": {}", name, bad_value);
  return OkStatus();
}

Status BindQuery(const Route& route, std::string_view query, const RoutingOptions& options, UrlBindings& result) {
  QuerySplitter splitter(query);
  QueryParameter parameter;
  while (splitter.Next(parameter)) {
    const auto& ignored = options.ignored_query_parameters;
    if (std::find(ignored.begin(), ignored.end(), parameter.name) != ignored.end()) continue;
    Resolution resolution = Resolve(*route.request, parameter.name, options);
    if (resolution.ok) {
      if (IsInsideHttpBody(route, resolution.field)) continue;
      result.bindings.push_back({std::move(resolution.field),
                                 Unescape(parameter.raw_value, UnescapeSpec::kAll, options.query_plus),
                                 std::move(resolution.key)});
      const Binding& binding = result.bindings.back();
      if (binding.key.has_value()) TRY(CheckEntry(parameter.name, binding));
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
