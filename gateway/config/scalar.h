// Scalars of a YAML file typed as Envoy does: plain text that reads as a bool or an integer is one, the rest is a
// string, which protobuf's JSON parser then makes a number, a duration or bytes where the field is one.
#pragma once

#include <cstdint>
#include <string>

#include <absl/time/time.h>

#include "gateway/config/yaml_document.h"
#include "runtime/status.h"

namespace minato::gateway::config {

// Each error says what was expected and what is there, not where.
StatusOr<std::string> StringOf(const YamlNode& node);
// Quoted, only "true" and "false".
StatusOr<bool> BoolOf(const YamlNode& node);
// Plain text that reads as one.
StatusOr<int64_t> IntegerOf(const YamlNode& node);
StatusOr<uint32_t> UInt32Of(const YamlNode& node);
StatusOr<double> PercentOf(const YamlNode& node);  // 0 to 100
// "1.5s", never negative.
StatusOr<absl::Duration> DurationOf(const YamlNode& node);
// base64, the standard alphabet or the URL-safe one.
StatusOr<std::string> BytesOf(const YamlNode& node);

}  // namespace minato::gateway::config
