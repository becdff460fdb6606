#include "gateway/config/extensions.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gateway/config/closest_name.h"

namespace minato::gateway::config {
namespace {

struct Named {
  Extension extension;
  std::string_view name;
  std::string_view help;
};

constexpr Named kAll[] = {
    {Extension::kStrictBodies, "strict_bodies",
     "bodies are RFC 8259; unknown fields and what follows the value: 400 with path, line and column"},
    {Extension::kStrictPaths, "strict_paths", "unknown path: 404; known path with another method: 405 and Allow"},
    {Extension::kResponseBody, "response_body", "response_body may name any field"},
    {Extension::kUpdateMask, "update_mask", "PATCH fills an update_mask that is not given from its body"},
    {Extension::kQueryMaps, "query_maps", "?labels.key=value sets an entry of a map field"},
    {Extension::kUnknownDetails, "unknown_details", "error details of unknown types stay, with their bytes"},
    {Extension::kStreamErrors, "stream_errors", "a stream that fails in its middle says so in its body"},
    {Extension::kMessageCompression, "message_compression", "gRPC messages may come compressed (gzip, deflate)"},
    {Extension::kContentCoding, "content_coding", "HTTP bodies in gzip, br and zstd, both ways"},
};

}  // namespace

StatusOr<Extensions> Extensions::Parse(const std::vector<std::string>& names) {
  Extensions parsed;
  for (const std::string& name : names) {
    if (name == "all") {
      for (const Named& one : kAll) parsed = parsed.With(one.extension);
      continue;
    }
    const auto* const found = std::find_if(std::begin(kAll), std::end(kAll), [&](const Named& one) { return one.name == name; });
    if (found != std::end(kAll)) {
      parsed = parsed.With(found->extension);
      continue;
    }
    std::string known = "all";
    for (const Named& one : kAll) known.append(" ").append(one.name);
    const std::string_view closest = ClosestName(name, known);
    if (!closest.empty()) return InvalidArgument("--extensions: unknown name \"{}\"; is it \"{}\"?", name, closest);
    return InvalidArgument("--extensions: unknown name \"{}\"; there are: {}", name, known);
  }
  return parsed;
}

std::vector<std::string> Extensions::Names() const {
  std::vector<std::string> names;
  for (const Named& one : kAll) {
    if (Has(one.extension)) names.emplace_back(one.name);
  }
  return names;
}

std::string ExtensionsHelp() {
  std::string help;
  for (const Named& one : kAll) help.append("\n  ").append(one.name).append(": ").append(one.help);
  return help;
}

}  // namespace minato::gateway::config
