// extensions.filters.http.grpc_json_transcoder.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

void ReadPrintOptions(const YamlValue& value, GrpcJsonTranscoder& config, ConfigErrors& errors) {
  MessageReader reader(value, kPrintOptions, errors);
  if (reader.Bool("add_whitespace")) config.print.whitespace = JsonPrintOptions::Whitespace::kIndent;
  if (reader.Bool("always_print_primitive_fields")) config.print.unset = JsonPrintOptions::Unset::kPrint;
  if (reader.Bool("always_print_enums_as_ints")) config.print.enums = JsonPrintOptions::Enums::kNumbers;
  if (reader.Bool("preserve_proto_field_names")) config.print.names = JsonPrintOptions::Names::kProto;
  if (reader.Bool("stream_newline_delimited")) {
    config.stream_framing = GrpcJsonTranscoder::StreamFraming::kNewline;
  }
  // Wins if both are set.
  if (reader.Bool("stream_sse_style_delimited")) config.stream_framing = GrpcJsonTranscoder::StreamFraming::kSse;
}

struct Validation {
  bool reject_unknown_query_parameters = false;
};

Validation ReadValidation(const YamlValue& value, GrpcJsonTranscoder& config, ConfigErrors& errors) {
  MessageReader reader(value, kRequestValidationOptions, errors);
  config.reject_unknown_method = reader.Bool("reject_unknown_method");
  if (reader.Bool("reject_binding_body_field_collisions")) config.read.collisions = Collisions::kRefuse;
  return {reader.Bool("reject_unknown_query_parameters")};
}

}  // namespace

std::shared_ptr<const GrpcJsonTranscoder> ReadTranscoder(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kGrpcJsonTranscoder, errors);
  auto config = std::make_shared<GrpcJsonTranscoder>();
  config->place = reader.place();
  config->print.wire = JsonPrintOptions::Wire::kEnvoy;

  if (reader.WhichOf({"proto_descriptor", "proto_descriptor_bin"}, MessageReader::OneOf::kRequired) ==
      "proto_descriptor") {
    config->descriptor_file = reader.String("proto_descriptor");
  } else {
    config->descriptor_bytes = reader.Bytes("proto_descriptor_bin");
  }
  config->services = reader.Strings("services");

  if (const auto print = reader.Take("print_options")) ReadPrintOptions(*print, *config, errors);
  Validation validation;
  if (const auto options = reader.Take("request_validation_options")) {
    validation = ReadValidation(*options, *config, errors);
  }
  // Envoy asks them in this order.
  const bool capture = reader.Bool("capture_unknown_query_parameters");
  const bool ignore = reader.Bool("ignore_unknown_query_parameters");
  if (capture) {
    config->routing.unknown_name = UnknownName::kCapture;
  } else if (ignore) {
    config->routing.unknown_name = UnknownName::kIgnore;
  } else if (validation.reject_unknown_query_parameters) {
    config->routing.unknown_name = UnknownName::kRefuse;
  }
  config->routing.ignored_query_parameters = reader.Strings("ignored_query_parameters");
  config->routing.auto_mapping = reader.Bool("auto_mapping");
  config->routing.path_unescape = reader.Enum<UnescapeSpec>(
      "url_unescape_spec", UnescapeSpec::kAllExceptReserved,
      {{"ALL_CHARACTERS_EXCEPT_RESERVED", UnescapeSpec::kAllExceptReserved},
       {"ALL_CHARACTERS_EXCEPT_SLASH", UnescapeSpec::kAllExceptSlash},
       {"ALL_CHARACTERS", UnescapeSpec::kAll}});
  if (reader.Bool("query_param_unescape_plus")) config->routing.query_plus = PlusSign::kIsSpace;
  config->routing.match_unregistered_custom_verb = reader.Bool("match_unregistered_custom_verb");
  if (reader.Bool("case_insensitive_enum_parsing")) config->read.enum_names = EnumNames::kAnyCase;
  config->match_incoming_request_route = reader.Bool("match_incoming_request_route");
  config->convert_grpc_status = reader.Bool("convert_grpc_status");
  config->max_request_body_size = reader.OptionalUInt32("max_request_body_size", {.min = 1});
  config->max_response_body_size = reader.OptionalUInt32("max_response_body_size", {.min = 1});
  return config;
}

}  // namespace minato::gateway::config
