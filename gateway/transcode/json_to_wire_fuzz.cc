// Any bytes, cut anywhere, as a JSON body in both dialects and shapes: which message the body is for, which field of it
// (by number, 0 for all of it), options, where to cut (2 bytes), the body.
//
// What is read is protobuf. While it is strict, neither it nor an error depends on the cut. In Envoy's dialect the fast
// reader takes nothing that the faithful one would not take, and reads nothing else.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/envoy_reader.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/oracle_types.h"
#include "gateway/transcode/sink.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

constexpr size_t kHeadBytes = 5;

using Pieces = std::vector<std::string_view>;

Pieces Bytewise(std::string_view body) {
  Pieces pieces;
  for (size_t i = 0; i < body.size(); ++i) pieces.push_back(body.substr(i, 1));
  return pieces;
}

struct Result {
  absl::Status status;
  std::vector<std::string> messages;
  friend bool operator==(const Result&, const Result&) = default;
};

Result ReadInPieces(const JsonRequest& request, JsonBody::Shape shape, const Pieces& pieces) {
  Result result;
  JsonBody body(request, shape);
  for (const std::string_view piece : pieces) {
    result.status = body.Feed(piece, result.messages);
    if (!result.status.ok()) return result;
  }
  result.status = body.Finish(result.messages);
  return result;
}

std::vector<std::string> Texts(const MessageTable& table, const std::vector<std::string>& messages) {
  std::vector<std::string> texts;
  for (const std::string& message : messages) texts.push_back(OracleTypes::Text(table, message));
  return texts;
}

void CheckStrict(const JsonRequest& request, JsonBody::Shape shape, std::string_view body, const Pieces& pieces) {
  const Result whole = ReadInPieces(request, shape, {body});
  CHECK(ReadInPieces(request, shape, pieces) == whole);
  CHECK(ReadInPieces(request, shape, Bytewise(body)) == whole);
  CHECK(whole.status.ok() || !whole.status.message().empty());
  for (const std::string& message : whole.messages) {
    (void)OracleTypes::Text(*request.message, message);
    std::string json;
    (void)WireToJson(*request.message, message, JsonPrintOptions(), json);
  }
  (void)MentionedFields(*request.message, body);
}

// What the fast reader does with the whole body; nothing if it refuses.
std::vector<std::string> ReadFast(const JsonRequest& request, std::string_view body) {
  std::string wire;
  BindingNode tree = MakeBindingTree(request.bindings);
  Sink sink(wire, body.size() + 64);
  JsonReader reader(body, request.options, sink);
  const bool read = reader.Read(*request.message, request.target, tree);
  sink.Close();
  if (!read) return {};
  return {std::move(wire)};
}

Result ReadFaithfully(const JsonRequest& request, const Pieces& pieces) {
  Result result;
  EnvoyReader reader(request, EnvoyReader::Shape::kMessage);
  for (const std::string_view piece : pieces) {
    result.status = reader.Parse(piece, result.messages);
    if (!result.status.ok()) return result;
  }
  result.status = reader.Finish(result.messages);
  return result;
}

void CheckEnvoy(const JsonRequest& request, JsonBody::Shape shape, std::string_view body, const Pieces& pieces) {
  const MessageTable& table = *request.message;
  const Result whole = ReadInPieces(request, shape, {body});
  CHECK(whole.status.ok() || !whole.status.message().empty());
  const std::vector<std::string> expected = Texts(table, whole.messages);
  for (const Pieces& cut : {pieces, Bytewise(body)}) {
    const Result result = ReadInPieces(request, shape, cut);
    const std::vector<std::string> texts = Texts(table, result.messages);
    // Garbage behind a value is seen only if it comes with it, so more may be taken in pieces.
    if (whole.status.ok()) CHECK(result.status.ok() && texts == expected, "{}", result.status.ToString());
  }
  if (shape == JsonBody::Shape::kArray || body.empty()) return;
  const std::vector<std::string> fast = ReadFast(request, body);
  if (fast.empty()) return;
  for (const Pieces& cut : {Pieces{body}, pieces}) {
    const Result faithful = ReadFaithfully(request, cut);
    CHECK(faithful.status.ok(), "{}", faithful.status.ToString());
    CHECK(Texts(table, faithful.messages) == Texts(table, fast), "{} is not {}",
          fmt::join(Texts(table, faithful.messages), "|"), fmt::join(Texts(table, fast), "|"));
  }
}

void Run(std::string_view input) {
  static const OracleTypes types;
  if (input.size() < kHeadBytes) return;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(input[i]); };
  JsonRequest request;
  request.message = &types.Root(byte(0));
  const FieldTable* const target = request.message->FindNumber(byte(1));
  // No rule has its body inside a well-known type.
  if (target != nullptr && request.message->well_known == WellKnown::kNone) request.target = {target};
  const uint8_t options = byte(2);
  if ((options & 1) != 0) request.options = JsonReadOptions::Envoy();
  request.options.unknown_fields = (options & 2) != 0 ? UnknownFields::kIgnore : UnknownFields::kRefuse;
  if ((options & 4) != 0) request.options.enum_names = EnumNames::kAnyCase;
  if ((options & 8) != 0) request.options.collisions = Collisions::kRefuse;
  const auto shape = (options & 16) != 0 ? JsonBody::Shape::kArray : JsonBody::Shape::kMessage;
  if ((options & 32) != 0) {
    for (const auto& [path, value] : {std::pair("person.pet.age", "7"), {"tags", "t"}, {"note", "n"}, {"name", "m"}}) {
      if (auto found = ResolvePath(*request.message, path); found.ok()) request.bindings.push_back({*found, value});
    }
  }
  // An entry of a map, which Envoy cannot bind.
  if (auto attrs = ResolvePath(*request.message, "attrs");
      (options & 64) != 0 && attrs.ok() && request.options.dialect == Dialect::kStrict) {
    request.bindings.push_back({*attrs, "v", "k"});
  }
  const std::string_view body = input.substr(kHeadBytes);
  const size_t cut = (byte(3) | byte(4) << 8) % (body.size() + 1);
  const Pieces pieces = {body.substr(0, cut), body.substr(cut)};
  if (request.options.dialect == Dialect::kStrict) {
    CheckStrict(request, shape, body, pieces);
  } else {
    CheckEnvoy(request, shape, body, pieces);
  }
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
