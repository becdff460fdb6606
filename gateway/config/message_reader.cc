#include "gateway/config/message_reader.h"

#include <algorithm>
#include <tuple>

#include "gateway/config/closest_name.h"
#include "gateway/config/other_names.h"
#include "gateway/config/scalar.h"

namespace minato::gateway::config {
namespace {

// Whether `key` is protobuf's JSON name of `field`: underscores dropped, the letter behind one a capital.
bool IsJsonName(std::string_view key, std::string_view field) {
  size_t k = 0;
  bool capital = false;
  for (const char c : field) {
    if (c == '_') {
      capital = true;
      continue;
    }
    const char wanted = capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    capital = false;
    if (k == key.size() || key[k] != wanted) return false;
    ++k;
  }
  return k == key.size();
}

bool Names(std::string_view key, std::string_view field) { return key == field || IsJsonName(key, field); }

bool IsFieldOf(std::string_view key, std::string_view fields) {
  while (!fields.empty()) {
    const size_t space = std::min(fields.find(' '), fields.size());
    if (Names(key, fields.substr(0, space))) return true;
    fields.remove_prefix(std::min(space + 1, fields.size()));
  }
  return false;
}

// What a field was meant to be that its message does not have.
std::string_view MeantField(std::string_view key, const EnvoyMessage& message) {
  const std::string_view known = MeantBy(message.name, key);
  return known.empty() ? ClosestName(key, message.fields) : known;
}

std::string Joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace

void ConfigErrors::AddText(const Place& place, std::string text) {
  ++count_;
  if (errors_.size() < kErrorsMax) errors_.emplace_back(place, std::move(text));
}

Status ConfigErrors::ToStatus() const {
  if (errors_.empty()) return OkStatus();
  auto sorted = errors_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first.line < b.first.line; });
  std::string text;
  for (const auto& [place, what] : sorted) {
    if (!text.empty()) text.push_back('\n');
    text += fmt::format("{}:{}: {}{}{}", file_, place.line, place.path, place.path.empty() ? "" : ": ", what);
  }
  if (count_ > errors_.size()) text += fmt::format("\n{}: {} more errors", file_, count_ - errors_.size());
  return Status(StatusCode::kInvalidArgument, text);
}

MessageReader::MessageReader(YamlValue value, const EnvoyMessage& message, ConfigErrors& errors)
    : value_(std::move(value)), message_(message), errors_(errors) {
  if (value_.node->kind != YamlNode::Kind::kMap) {
    errors_.Add(place(), "expected an object ({})", message.name);
    return;
  }
  for (const YamlNode::Entry& entry : value_.node->entries) {
    if (!(value_.is_any && entry.key == "@type")) fields_.push_back({&entry});
  }
}

MessageReader::~MessageReader() {
  for (const Field& field : fields_) {
    if (field.taken) continue;
    const YamlNode::Entry& entry = *field.entry;
    const bool known = IsFieldOf(entry.key, message_.fields);
    if (known && entry.value->kind == YamlNode::Kind::kNull) continue;
    if (known) {
      const std::string_view way_out = WayOut(message_.name, entry.key);
      errors_.Add({Child(entry.key, *entry.value).path, entry.line}, "is not supported{}{}",
                  way_out.empty() ? "" : "; ", way_out);
    } else {
      const bool is_told = errors_.count() < ConfigErrors::kErrorsMax;
      errors_.Add({value_.path, entry.line}, "{}", is_told ? UnknownField(entry.key) : std::string());
    }
  }
}

std::string MessageReader::UnknownField(std::string_view key) const {
  std::string text = fmt::format("unknown field \"{}\" in {}", key, message_.name);
  const std::string_view meant = MeantField(key, message_);
  if (IsOfApiV2(message_.name, key)) return text + fmt::format("; {}; v3 has \"{}\"", kApiV2, meant);
  return meant.empty() ? text : text + fmt::format("; is it \"{}\"?", meant);
}

Place MessageReader::PlaceOf(std::string_view field) const {
  for (const Field& candidate : fields_) {
    if (!Names(candidate.entry->key, field)) continue;
    return {Child(field, *candidate.entry->value).path, candidate.entry->line, errors_.file()};
  }
  return {value_.path.empty() ? std::string(field) : fmt::format("{}.{}", value_.path, field), value_.node->line,
          errors_.file()};
}

void MessageReader::Missing(std::string_view field) {
  const bool meant = std::any_of(fields_.begin(), fields_.end(), [&](const Field& candidate) {
    const std::string& key = candidate.entry->key;
    return !IsFieldOf(key, message_.fields) && MeantField(key, message_) == field;
  });
  if (!meant && value_.node->kind == YamlNode::Kind::kMap) errors_.Add(PlaceOf(field), "is required");
}

YamlValue MessageReader::Child(std::string_view field, const YamlNode& node) const {
  return {&node, value_.path.empty() ? std::string(field) : fmt::format("{}.{}", value_.path, field)};
}

bool MessageReader::Has(std::string_view field) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& candidate) {
    return Names(candidate.entry->key, field) && candidate.entry->value->kind != YamlNode::Kind::kNull;
  });
}

const YamlNode* MessageReader::Find(std::string_view field) {
  const YamlNode* found = nullptr;
  for (Field& candidate : fields_) {
    if (!Names(candidate.entry->key, field)) continue;
    if (candidate.taken || found != nullptr) {
      if (found != nullptr) errors_.Add({value_.path, candidate.entry->line}, "\"{}\" stands twice", field);
      candidate.taken = true;
      continue;
    }
    candidate.taken = true;
    found = candidate.entry->value;
  }
  return found == nullptr || found->kind == YamlNode::Kind::kNull ? nullptr : found;
}

std::optional<YamlValue> MessageReader::Take(std::string_view field) {
  const YamlNode* node = Find(field);
  if (node == nullptr) return std::nullopt;
  return Child(field, *node);
}

std::optional<YamlValue> MessageReader::TakeRequired(std::string_view field) {
  auto value = Take(field);
  if (!value) Missing(field);
  return value;
}

std::vector<YamlValue> MessageReader::TakeList(std::string_view field) {
  std::vector<YamlValue> values;
  const auto list = Take(field);
  if (!list) return values;
  if (list->node->kind != YamlNode::Kind::kList) return {*list};
  values.reserve(list->node->items.size());
  for (size_t i = 0; i < list->node->items.size(); ++i) {
    values.push_back({list->node->items[i], fmt::format("{}[{}]", list->path, i)});
  }
  return values;
}

std::vector<std::pair<std::string, YamlValue>> MessageReader::TakeMap(std::string_view field) {
  std::vector<std::pair<std::string, YamlValue>> values;
  const auto map = Take(field);
  if (!map) return values;
  if (map->node->kind != YamlNode::Kind::kMap) {
    errors_.Add(map->place(), "expected an object");
    return values;
  }
  for (const YamlNode::Entry& entry : map->node->entries) {
    values.push_back({entry.key, {entry.value, fmt::format("{}[\"{}\"]", map->path, entry.key)}});
  }
  return values;
}

std::string MessageReader::String(std::string_view field, std::string_view otherwise) {
  const auto value = Take(field);
  if (!value) return std::string(otherwise);
  auto text = StringOf(*value->node);
  if (text.ok()) return *std::move(text);
  errors_.Add(value->place(), "{}", MessageOf(text.status()));
  return std::string(otherwise);
}

std::string MessageReader::RequiredString(std::string_view field) {
  const size_t before = errors_.count();
  std::string text = String(field);
  if (text.empty() && errors_.count() == before) Missing(field);
  return text;
}

std::vector<std::string> MessageReader::Strings(std::string_view field) {
  std::vector<std::string> texts;
  for (const YamlValue& value : TakeList(field)) {
    auto text = StringOf(*value.node);
    if (text.ok()) {
      texts.push_back(*std::move(text));
    } else {
      errors_.Add(value.place(), "{}", MessageOf(text.status()));
    }
  }
  return texts;
}

bool MessageReader::Bool(std::string_view field, bool otherwise) {
  const auto value = Take(field);
  if (!value) return otherwise;
  const YamlNode* const node = Unwrapped(field, *value);
  if (node == nullptr) return false;
  const auto read = BoolOf(*node);
  if (read.ok()) return *read;
  errors_.Add(value->place(), "{}", MessageOf(read.status()));
  return otherwise;
}

const YamlNode* MessageReader::Unwrapped(std::string_view field, const YamlValue& value) {
  if (value.node->kind != YamlNode::Kind::kMap || !IsFieldOf(field, message_.wrapped)) return value.node;
  static constexpr EnvoyMessage kWrapper = {"google.protobuf.UInt32Value or BoolValue", "value"};
  return MessageReader(value, kWrapper, errors_).Find("value");
}

std::optional<uint32_t> MessageReader::OptionalUInt32(std::string_view field, UInt32Range range) {
  const auto value = Take(field);
  if (!value) return std::nullopt;
  const YamlNode* const node = Unwrapped(field, *value);
  const auto read = node == nullptr ? StatusOr<uint32_t>(0) : UInt32Of(*node);
  if (!read.ok()) {
    errors_.Add(value->place(), "{}", MessageOf(read.status()));
    return std::nullopt;
  }
  if (*read < range.min || *read > range.max) {
    errors_.Add(value->place(), "{} is outside of {} to {}", *read, range.min, range.max);
    return std::nullopt;
  }
  return *read;
}

uint32_t MessageReader::UInt32(std::string_view field, uint32_t otherwise, UInt32Range range) {
  return OptionalUInt32(field, range).value_or(otherwise);
}

absl::Duration MessageReader::DurationFields(const YamlValue& value) {
  static constexpr EnvoyMessage kDuration = {"google.protobuf.Duration", "seconds nanos"};
  MessageReader fields(value, kDuration, errors_);
  const absl::Duration seconds = absl::Seconds(fields.UInt32("seconds", 0));
  return seconds + absl::Nanoseconds(fields.UInt32("nanos", 0, {.max = 999'999'999}));
}

std::optional<absl::Duration> MessageReader::OptionalDuration(std::string_view field, DurationRange range) {
  const auto value = Take(field);
  if (!value) return std::nullopt;
  const auto read = value->node->kind == YamlNode::Kind::kMap ? DurationFields(*value) : DurationOf(*value->node);
  if (!read.ok()) {
    errors_.Add(value->place(), "{}", MessageOf(read.status()));
    return std::nullopt;
  }
  if (*read < range.min || *read > range.max) {
    const std::string_view bound = *read < range.min ? "less" : "more";
    errors_.Add(value->place(), "{} than {}", bound, absl::FormatDuration(*read < range.min ? range.min : range.max));
    return std::nullopt;
  }
  return *read;
}

absl::Duration MessageReader::Duration(std::string_view field, absl::Duration otherwise, DurationRange range) {
  return OptionalDuration(field, range).value_or(otherwise);
}

std::string MessageReader::Bytes(std::string_view field) {
  const auto value = Take(field);
  if (!value) return {};
  auto bytes = BytesOf(*value->node);
  if (bytes.ok()) return *std::move(bytes);
  errors_.Add(value->place(), "{}", MessageOf(bytes.status()));
  return {};
}

bool MessageReader::IsEnumName(std::string_view enum_name, std::string_view text) {
  return std::equal(enum_name.begin(), enum_name.end(), text.begin(), text.end(), [](char wanted, char c) {
    return wanted == (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  });
}

std::optional<std::string> MessageReader::EnumText(std::string_view field) {
  if (!Has(field)) {
    Take(field);
    return std::nullopt;
  }
  const size_t before = errors_.count();
  std::string name = String(field);
  if (errors_.count() != before) return std::nullopt;
  return name;
}

void MessageReader::RefuseEnum(std::string_view field, std::string_view name, bool known,
                               std::vector<std::string_view> names) {
  const Place place = PlaceOf(field);
  if (known) {
    errors_.Add(place, "{} is not supported; one of: {}", name, Joined(names));
  } else {
    errors_.Add(place, "unknown value \"{}\"; one of: {}", name, Joined(names));
  }
}

std::string_view MessageReader::WhichOf(std::initializer_list<std::string_view> fields, OneOf need) {
  std::string_view which;
  for (const std::string_view field : fields) {
    if (!Has(field)) continue;
    if (!which.empty()) {
      errors_.Add(place(), "{} and {} exclude each other", which, field);
      Take(which);
    }
    which = field;
  }
  const bool meant = std::any_of(fields_.begin(), fields_.end(), [&](const Field& candidate) {
    return !IsFieldOf(candidate.entry->key, message_.fields);
  });
  if (which.empty() && need == OneOf::kRequired && !meant) {
    errors_.Add(place(), "one of these is required: {}", Joined(std::vector<std::string_view>(fields)));
  }
  return which;
}

void MessageReader::WithoutEffect(std::string_view field, std::string_view /*reason: for who reads the code*/) {
  Take(field);
}

void MessageReader::OnlyBool(std::string_view field, bool only) {
  const auto value = Take(field);
  if (!value) return;
  const YamlNode* const node = Unwrapped(field, *value);
  const auto read = node == nullptr ? StatusOr<bool>(false) : BoolOf(*node);
  if (!read.ok()) {
    errors_.Add(value->place(), "{}", MessageOf(read.status()));
  } else if (*read != only) {
    errors_.Add(value->place(), "{} is not supported", *read);
  }
}

double ReadPercent(const YamlValue& value, ConfigErrors& errors) {
  static constexpr EnvoyMessage kPercent = {"envoy.type.v3.Percent", "value"};
  const auto number = MessageReader(value, kPercent, errors).Take("value");
  if (!number) return 0;
  const auto read = PercentOf(*number->node);
  if (read.ok()) return *read;
  errors.Add(number->place(), "{}", MessageOf(read.status()));
  return 0;
}

TypedValue ReadAny(YamlValue any, ConfigErrors& errors) {
  any.is_any = true;
  if (any.node->kind != YamlNode::Kind::kMap) {
    errors.Add(any.place(), "expected an object with \"@type\"");
    return {"", std::move(any)};
  }
  for (const YamlNode::Entry& entry : any.node->entries) {
    if (entry.key != "@type") continue;
    const auto url = StringOf(*entry.value);
    const size_t slash = url.ok() ? url->rfind('/') : std::string::npos;
    if (slash == std::string::npos) {
      errors.Add({any.path, entry.line}, "\"@type\" must read \"type.googleapis.com/\" and the name of a type");
      return {"", std::move(any)};
    }
    return {url->substr(slash + 1), std::move(any)};
  }
  errors.Add(any.place(), "\"@type\" is missing");
  return {"", std::move(any)};
}

}  // namespace minato::gateway::config
