#include "gateway/config/log_format_part.h"

#include <algorithm>

#include "gateway/config/bounded_file.h"
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"
#include "gateway/config/scalar.h"

namespace minato::gateway::config {
namespace {

constexpr size_t kFormatBytesMax = 1 << 20;  // of one that is a file

// A string, unless it reads as a bool or as a number that Envoy's reader keeps as one.
LogJson ReadJsonScalar(const YamlValue& value, ConfigErrors& errors) {
  const YamlNode& node = *value.node;
  if (const auto text = StringOf(node); text.ok()) return {ParseLogFormat(*text, value.place(), errors)};
  if (const auto truth = BoolOf(node); truth.ok()) return {*truth};
  const StatusOr<int64_t> number = IntegerOf(node);
  if (!number.ok()) {
    errors.Add(value.place(), "{}", MessageOf(number.status()));
    return {};
  }
  const auto whole = static_cast<int32_t>(*number);
  if (whole == *number) return {whole};
  return {ParseLogFormat(std::to_string(*number), value.place(), errors)};
}

LogJson ReadJsonValue(const YamlValue& value, ConfigErrors& errors) {
  const YamlNode& node = *value.node;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return {};
    case YamlNode::Kind::kScalar:
      return ReadJsonScalar(value, errors);
    case YamlNode::Kind::kMap:
      return ReadLogJson(value, errors);
    case YamlNode::Kind::kList:
      break;
  }
  std::vector<LogJson> list;
  for (size_t i = 0; i < node.items.size(); ++i) {
    list.push_back(ReadJsonValue({node.items[i], fmt::format("{}[{}]", value.path, i)}, errors));
  }
  return {std::move(list)};
}

}  // namespace

LogFormat ParseLogFormat(std::string_view text, const Place& place, ConfigErrors& errors) {
  StatusOr<LogFormat> format = LogFormat::Parse(text);
  if (format.ok()) return *std::move(format);
  errors.Add(place, "{}", MessageOf(format.status()));
  return {};
}

LogJson ReadLogJson(const YamlValue& value, ConfigErrors& errors) {
  if (value.node->kind != YamlNode::Kind::kMap) {
    errors.Add(value.place(), "expected an object");
    return {};
  }
  std::vector<LogJson::Member> members;
  for (const YamlNode::Entry& entry : value.node->entries) {
    const YamlValue member = {entry.value, fmt::format("{}[\"{}\"]", value.path, entry.key)};
    members.push_back({entry.key, ReadJsonValue(member, errors)});
  }
  const auto by_name = [](const LogJson::Member& a, const LogJson::Member& b) { return a.name < b.name; };
  std::stable_sort(members.begin(), members.end(), by_name);
  const auto same_name = [](const LogJson::Member& a, const LogJson::Member& b) { return a.name == b.name; };
  if (const auto twice = std::adjacent_find(members.begin(), members.end(), same_name); twice != members.end()) {
    errors.Add(value.place(), "\"{}\" stands twice", twice->name);
  }
  return {std::move(members)};
}

void ReadLogFormat(const YamlValue& value, AccessLog& log, ConfigErrors& errors) {
  MessageReader reader(value, kSubstitutionFormatString, errors);
  const std::string_view which =
      reader.WhichOf({"text_format", "json_format", "text_format_source"}, MessageReader::OneOf::kRequired);
  const Place place = {fmt::format("{}.{}", value.path, which), value.node->line};
  if (which == "text_format") {
    log.format = ParseLogFormat(reader.String(which), place, errors);
  } else if (which == "json_format") {
    log.format = ReadLogJson(*reader.Take(which), errors);
  } else if (which == "text_format_source") {
    const YamlValue source_value = *reader.Take(which);
    DataSource source = ReadDataSource(source_value, errors);
    if (source.is_file && !source.text.empty()) {
      StatusOr<std::string> text = ReadBoundedFile(source.text, kFormatBytesMax);
      if (!text.ok()) errors.Add(source_value.place(), "{}", MessageOf(text.status()));
      source.text = text.ok() ? *std::move(text) : std::string();
    }
    log.format = ParseLogFormat(source.text, source_value.place(), errors);
  }
  log.omit_empty_values = reader.Bool("omit_empty_values");
  reader.WithoutEffect("content_type", "only answers that are made of a format have one");
  if (const auto options = reader.Take("json_format_options")) {
    MessageReader json(*options, kJsonFormatOptions, errors);
    json.WithoutEffect("sort_properties", "they are sorted in any event, as in Envoy 1.40");
  }
  if (const auto formatters = reader.TakeList("formatters"); !formatters.empty()) {
    errors.Add(formatters.front().place(), "is not supported");
  }
}

}  // namespace minato::gateway::config
