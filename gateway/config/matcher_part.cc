// type.matcher.v3, and the HeaderMatcher of config.route.v3.
#include <algorithm>

#include <re2/re2.h>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

// Of a deprecated way to say what a StringMatcher says.
struct PlainMatch {
  std::string_view field;
  StringMatcher::Kind kind;
};
constexpr PlainMatch kStringFields[] = {
    {"exact", StringMatcher::Kind::kExact},
    {"prefix", StringMatcher::Kind::kPrefix},
    {"suffix", StringMatcher::Kind::kSuffix},
    {"contains", StringMatcher::Kind::kContains},
};
constexpr PlainMatch kHeaderFields[] = {
    {"exact_match", StringMatcher::Kind::kExact},
    {"prefix_match", StringMatcher::Kind::kPrefix},
    {"suffix_match", StringMatcher::Kind::kSuffix},
    {"contains_match", StringMatcher::Kind::kContains},
};

// Envoy's re2.max_program_size.error_level, in RE2's instructions; google_re2 may say another.
constexpr uint32_t kProgramSizeMax = 100;

}  // namespace

std::string ReadRegex(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kRegexMatcher, errors);
  uint32_t program_size_max = kProgramSizeMax;
  if (const auto engine = reader.Take("google_re2")) {
    MessageReader options(*engine, kGoogleRE2, errors);
    program_size_max = options.UInt32("max_program_size", program_size_max);
  }
  std::string regex = reader.RequiredString("regex");
  const RE2 compiled(regex, RE2::Quiet);
  if (!compiled.ok()) {
    errors.Add(reader.place(), "no regular expression: {}", compiled.error());
  } else if (const auto size = static_cast<uint32_t>(compiled.ProgramSize()); size > program_size_max) {
    errors.Add(reader.PlaceOf("regex"), "a program of {} for RE2, more than {} (max_program_size)", size,
               program_size_max);
  }
  return regex;
}

StringMatcher ReadStringMatcher(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kStringMatcher, errors);
  StringMatcher matcher;
  const std::string_view which = reader.WhichOf({"exact", "prefix", "suffix", "safe_regex", "contains", "custom"},
                                                MessageReader::OneOf::kRequired);
  for (const auto& [field, kind] : kStringFields) {
    if (which != field) continue;
    matcher.kind = kind;
    matcher.text = kind == StringMatcher::Kind::kExact ? reader.String(field) : reader.RequiredString(field);
  }
  if (which == "safe_regex") {
    matcher.kind = StringMatcher::Kind::kRegex;
    matcher.text = ReadRegex(*reader.Take("safe_regex"), errors);
  }
  matcher.ignore_case = reader.Bool("ignore_case");
  if (matcher.ignore_case && matcher.kind == StringMatcher::Kind::kRegex) {
    errors.Add(reader.place(), "ignore_case has no effect for safe_regex");
  }
  return matcher;
}

HeaderMatcher ReadHeaderMatcher(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kHeaderMatcher, errors);
  HeaderMatcher matcher;
  matcher.name = reader.RequiredString("name");
  std::transform(matcher.name.begin(), matcher.name.end(), matcher.name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  matcher.invert_match = reader.Bool("invert_match");
  const std::string_view which =
      reader.WhichOf({"exact_match", "safe_regex_match", "range_match", "present_match", "prefix_match", "suffix_match",
                      "contains_match", "string_match"},
                     MessageReader::OneOf::kOptional);
  for (const auto& [field, kind] : kHeaderFields) {
    if (which != field) continue;
    matcher.value = StringMatcher{.kind = kind, .text = reader.String(field)};
    if (matcher.value->text.empty() && kind != StringMatcher::Kind::kExact) {
      errors.Add(reader.place(), "{} is empty", field);
    }
  }
  if (which == "safe_regex_match") {
    matcher.value = StringMatcher{.kind = StringMatcher::Kind::kRegex,
                                  .text = ReadRegex(*reader.Take("safe_regex_match"), errors)};
  } else if (which == "string_match") {
    matcher.value = ReadStringMatcher(*reader.Take("string_match"), errors);
  } else if (which == "present_match") {
    matcher.present = reader.Bool("present_match");
  }
  return matcher;
}

QueryParameterMatcher ReadQueryParameterMatcher(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kQueryParameterMatcher, errors);
  QueryParameterMatcher matcher;
  matcher.name = reader.RequiredString("name");
  const std::string_view which =
      reader.WhichOf({"string_match", "present_match"}, MessageReader::OneOf::kOptional);
  if (which == "string_match") matcher.value = ReadStringMatcher(*reader.Take("string_match"), errors);
  if (which == "present_match") matcher.present = reader.Bool("present_match");
  return matcher;
}

}  // namespace minato::gateway::config
