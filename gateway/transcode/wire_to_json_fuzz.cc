// Any bytes as the wire form of a message, in every layout.

#include <cstdint>

#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

struct Types {
  Types() : protos(kSampleProto) { schema.AddFile(protos.file()); }
  TestProtos protos;
  Schema schema;
};

void Run(std::string_view input) {
  static Types types;
  if (input.empty()) return;
  const uint8_t choice = static_cast<uint8_t>(input[0]);
  input.remove_prefix(1);
  const MessageTable& frame = *types.schema.Find("t.Frame");
  JsonPrintOptions options;
  if ((choice & 1) != 0) options.whitespace = JsonPrintOptions::Whitespace::kIndent;
  if ((choice & 2) != 0) options.unset = JsonPrintOptions::Unset::kPrint;
  if ((choice & 4) != 0) options.enums = JsonPrintOptions::Enums::kNumbers;
  if ((choice & 8) != 0) options.wire = JsonPrintOptions::Wire::kEnvoy;
  std::string json;
  (void)WireToJson(frame, input, options, json);
  json.clear();
  (void)WireFieldToJson(*ResolvePath(frame, "person.pets"), input, options, json);
  (void)ReadHttpBody(*ResolvePath(frame, "person.pet"), input);
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
