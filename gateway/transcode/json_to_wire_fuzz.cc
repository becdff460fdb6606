// Any bytes, cut anywhere, as a JSON body in both dialects and shapes. What is accepted must be protobuf, and must not
// depend on the cut while it is strict.

#include <cstdint>
#include <cstdlib>

#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

struct Types {
  Types() : protos(kSampleProto) { schema.AddFile(protos.file()); }
  TestProtos protos;
  Schema schema;
};

void Require(bool good) {
  if (!good) std::abort();
}

void Run(std::string_view input) {
  static Types types;
  if (input.size() < 2) return;
  const uint8_t choice = static_cast<uint8_t>(input[0]);
  const size_t cut = static_cast<uint8_t>(input[1]);
  input.remove_prefix(2);
  JsonRequest request;
  request.message = types.schema.Find("t.Frame");
  if ((choice & 1) != 0) request.options = JsonReadOptions::Envoy();
  if ((choice & 2) != 0) request.options.unknown_fields = UnknownFields::kIgnore;
  if ((choice & 4) != 0) request.target = *ResolvePath(*request.message, "person.pet");
  if ((choice & 8) != 0) {
    request.bindings.push_back(Binding{*ResolvePath(*request.message, "person.pet.age"), "7"});
    request.bindings.push_back(Binding{*ResolvePath(*request.message, "tags"), "t"});
  }
  const auto shape = (choice & 16) != 0 ? JsonBody::Shape::kArray : JsonBody::Shape::kMessage;
  JsonBody body(request, shape);
  std::vector<std::string> messages;
  const size_t at = cut < input.size() ? cut : input.size();
  absl::Status status = body.Feed(input.substr(0, at), messages);
  if (status.ok()) status = body.Feed(input.substr(at), messages);
  if (status.ok()) status = body.Finish(messages);
  for (const std::string& wire : messages) {
    auto message = types.protos.New("t.Frame");
    Require(message->ParseFromString(wire));
    std::string json;
    (void)WireToJson(*request.message, wire, JsonPrintOptions(), json);
  }
  if (request.options.dialect == Dialect::kStrict && shape == JsonBody::Shape::kMessage) {
    std::string whole;
    absl::Status at_once = JsonToWire(request, input, whole);
    Require(at_once == status && (!status.ok() || whole == messages.at(0)));
    (void)MentionedFields(*request.message, input);
  }
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
