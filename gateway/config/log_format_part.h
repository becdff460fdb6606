// config.core.v3.SubstitutionFormatString: how a line of an access log is written.
#pragma once

#include <string_view>

#include "gateway/config/bootstrap.h"
#include "gateway/config/message_reader.h"

namespace minato::gateway::config {

// Sets what `value` says.
void ReadLogFormat(const YamlValue& value, AccessLog& log, ConfigErrors& errors);
// `place` is that of the text.
LogFormat ParseLogFormat(std::string_view text, const Place& place, ConfigErrors& errors);
// A google.protobuf.Struct.
LogJson ReadLogJson(const YamlValue& value, ConfigErrors& errors);

}  // namespace minato::gateway::config
