// config.core.v3.HeaderValueOption: what a level adds to heads, and takes out of them.
#include <algorithm>
#include <cstring>

#include <absl/strings/ascii.h>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

using Action = HeaderToAdd::Action;

constexpr std::string_view kOperatorLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
constexpr size_t kHeadersMax = 1000;       // of one list
constexpr size_t kHeaderBytesMax = 16384;  // of a HeaderValue's key, and of its value

bool IsToken(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < 0x7f && !std::strchr("\"(),/:;<=>?@[\\]{}", c); });
}

// Envoy's rule for both lists (HttpUtility::isModifiableHeader).
bool MayChange(std::string_view name) { return !name.empty() && name.front() != ':' && name != "host"; }

// What frames a message, and belongs to its connection, is written by whoever sends it.
bool IsFraming(std::string_view name) {
  static constexpr std::string_view kNames[] = {"connection",       "content-length",    "keep-alive",
                                                "proxy-connection", "transfer-encoding", "upgrade"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// "%%" stands for "%"; any other is the beginning of a command operator.
void ReadConstant(std::string& text, const Place& place, ConfigErrors& errors) {
  for (size_t i = text.find('%'); i != text.npos; i = text.find('%', i + 1)) {
    if (text.compare(i, 2, "%%") == 0) {
      text.erase(i, 1);
      continue;
    }
    const size_t end = std::min(text.find_first_not_of(kOperatorLetters, i + 1), text.size());
    const std::string_view name = std::string_view(text).substr(i + 1, end - i - 1);
    const bool closed = !name.empty() && text.find('%', i + 1) != text.npos;
    if (closed) errors.Add(place, "value: the command operator %{}% is not supported", name);
    else errors.Add(place, "value: a \"%\" by itself is written \"%%\"");
    return;
  }
}

Action ReadAction(MessageReader& option) {
  const Action action = option.Enum<Action>("append_action", Action::kAppendIfExistsOrAdd,
                                            {{"APPEND_IF_EXISTS_OR_ADD", Action::kAppendIfExistsOrAdd},
                                             {"ADD_IF_ABSENT", Action::kAddIfAbsent},
                                             {"OVERWRITE_IF_EXISTS_OR_ADD", Action::kOverwriteIfExistsOrAdd},
                                             {"OVERWRITE_IF_EXISTS", Action::kOverwriteIfExists}});
  if (!option.Has("append")) return action;
  if (action != Action::kAppendIfExistsOrAdd) {
    option.errors().Add(option.place(), "append and append_action exclude each other");
  }
  return option.Bool("append") ? Action::kAppendIfExistsOrAdd : Action::kOverwriteIfExistsOrAdd;
}

void ReadHeaderToAdd(const YamlValue& value, std::vector<HeaderToAdd>& to, ConfigErrors& errors) {
  MessageReader option(value, kHeaderValueOption, errors);
  HeaderToAdd added{.action = ReadAction(option)};
  const bool keep_empty_value = option.Bool("keep_empty_value");
  const auto header = option.TakeRequired("header");
  if (!header) return;
  MessageReader reader(*header, kHeaderValue, errors);
  added.name = absl::AsciiStrToLower(reader.RequiredString("key"));
  added.value = ReadHeaderText(reader, "value");
  for (const auto& [part, text] : {std::pair("key", &added.name), std::pair("value", &added.value)}) {
    if (text->size() <= kHeaderBytesMax) continue;
    errors.Add(reader.place(), "{}: {} bytes, more than {}", part, text->size(), kHeaderBytesMax);
  }
  ReadConstant(added.value, reader.place(), errors);
  if (!MayChange(added.name) || !IsToken(added.name) || IsFraming(added.name)) {
    errors.Add(reader.place(), "the header \"{}\" cannot be added", added.name);
  }
  if (!added.value.empty() || keep_empty_value) to.push_back(std::move(added));
}

HeaderMutations Read(MessageReader& level, std::string_view add, std::string_view remove) {
  HeaderMutations mutations;
  const std::vector<YamlValue> values = level.TakeList(add);
  if (values.size() > kHeadersMax) {
    level.errors().Add(level.place(), "{}: {} headers, more than {}", add, values.size(), kHeadersMax);
  }
  for (const YamlValue& value : values) ReadHeaderToAdd(value, mutations.add, level.errors());
  for (const std::string& name : level.Strings(remove)) {
    mutations.remove.push_back(absl::AsciiStrToLower(name));
    if (MayChange(mutations.remove.back()) && IsToken(name)) continue;
    level.errors().Add(level.place(), "{}: the header \"{}\" cannot be removed", remove, name);
  }
  return mutations;
}

}  // namespace

HeaderMutations ReadRequestHeaderMutations(MessageReader& level) {
  return Read(level, "request_headers_to_add", "request_headers_to_remove");
}

HeaderMutations ReadResponseHeaderMutations(MessageReader& level) {
  return Read(level, "response_headers_to_add", "response_headers_to_remove");
}

}  // namespace minato::gateway::config
