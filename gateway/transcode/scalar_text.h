#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/schema.h"
#include "gateway/transcode/sink.h"

namespace minato::gateway {

// Values given as text: quoted in JSON, map keys, path variables and query parameters.

// true, false, t, f, yes, no, y, n, 1, 0 in any case.
std::optional<bool> BoolFromText(std::string_view text);
// A name, or the number of a declared value.
std::optional<int32_t> EnumFromText(const EnumTable& table, std::string_view text, EnumNames names);

// Appends tag and value of a scalar field. Empty, or what is wrong.
[[nodiscard]] std::string AppendScalarText(Sink& sink, const FieldTable& field,
                                           std::string_view text, EnumNames names);

}  // namespace minato::gateway
