#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/transcode/envoy_events.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/schema.h"

namespace minato::gateway {

// How Envoy converts a JSON scalar to a field's type. An error's message is the value as it appears
// in "invalid value ... for type ...".

// `"text"`, `12`, `true`, `null`.
std::string ScalarText(const JsonScalar& value);

template <typename Int>
absl::StatusOr<Int> ToInteger(const JsonScalar& value);
absl::StatusOr<double> ToDouble(const JsonScalar& value);
absl::StatusOr<float> ToFloat(const JsonScalar& value);
absl::StatusOr<bool> ToBool(const JsonScalar& value);
absl::StatusOr<int32_t> ToEnum(const JsonScalar& value, const EnumTable& table, EnumNames names);

// Appends tag and value of a scalar field to `wire`.
absl::Status AppendScalar(const FieldTable& field, const JsonScalar& value, EnumNames names,
                          std::string& wire);

}  // namespace minato::gateway
