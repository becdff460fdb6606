// Any bytes as the wire form of a message: which message, options, the bytes.
//
// What is printed is JSON. While it is strict, it is protobuf to libprotobuf, too, and is read as a message that prints
// the same. The pass that assumes fields in order prints what the one prints that looks through each message first, or
// refuses as it does, or says that they are not in order.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/oracle_types.h"
#include "gateway/transcode/sink.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/transcode/wire_printer.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {
namespace {

constexpr size_t kHeadBytes = 2;

struct Printed {
  bool good = false;
  bool out_of_order = false;
  std::string text;  // or the error
};

Printed Print(const MessageTable& table, std::string_view wire, const JsonPrintOptions& options,
              WirePrinter::Order order) {
  Printed printed;
  Sink sink(printed.text, wire.size() * 2 + 64);
  WirePrinter printer(options, order, sink);
  printed.good = printer.PrintMessage(table, wire);
  if (printed.good) printer.PrintEnd();
  sink.Close();
  printed.out_of_order = printer.out_of_order();
  if (!printed.good) printed.text = std::string(printer.status().message());
  return printed;
}

void CheckPasses(const MessageTable& table, std::string_view wire, const JsonPrintOptions& options) {
  const Printed fast = Print(table, wire, options, WirePrinter::Order::kAscending);
  const Printed careful = Print(table, wire, options, WirePrinter::Order::kAny);
  CHECK(!careful.out_of_order);
  if (fast.out_of_order) return;
  CHECK(fast.good == careful.good, "{} / {}", fast.text, careful.text);
  if (fast.good) CHECK(fast.text == careful.text, "{} / {}", fast.text, careful.text);
}

// What a google.protobuf.Value without a value prints.
bool IsNothing(const std::string& json) { return json.empty() || json == "\n"; }

// By our own reader, which refuses whatever is no JSON; it has two reasons more. Envoy passes overlong forms of proto2.
void CheckIsJson(const MessageTable& value, const std::string& json, JsonPrintOptions::Wire wire_kind) {
  JsonRequest request;
  request.message = &value;
  std::string wire;
  const absl::Status read = JsonToWire(request, json, wire);
  const std::string why = read.ToString();
  const auto says = [&](std::string_view text) { return why.find(text) != why.npos; };
  CHECK(read.ok() || says("the key is there twice") || says("nested more than") ||
            (wire_kind == JsonPrintOptions::Wire::kEnvoy && says("UTF-8")),
        "{}\n{}", why, json);
}

// libprotobuf takes no tag and no length that is spelled in more than five bytes.
bool MayHoldLongLength(std::string_view wire) {
  size_t run = 0;
  for (const char c : wire) {
    run = static_cast<uint8_t>(c) < 0x80 ? 0 : run + 1;
    if (run == 5) return true;
  }
  return false;
}

void CheckPrinted(const MessageTable& table, const std::string& wire, const JsonPrintOptions& options,
                  const std::string& json) {
  // Nobody looks into a google.protobuf.Value that is left out, or at the second member of its oneof.
  const bool may_hold_values = table.full_name == "oracle.v1.Frame" || table.full_name == "oracle.v1.Everything" ||
                               table.full_name.starts_with("google.protobuf.");
  CHECK(OracleTypes::New(table)->ParsePartialFromString(wire) || may_hold_values || MayHoldLongLength(wire),
        "libprotobuf refuses what was printed: {}", json);
  JsonRequest request;
  request.message = &table;
  std::string read;
  if (!JsonToWire(request, json, read).ok()) return;  // two fields of one oneof, a key twice
  std::string again;
  const absl::Status printed = WireToJson(table, read, options, again);
  CHECK(printed.ok(), "{}", printed.ToString());
  // A list or map of nothing but such Values prints as an empty one, and is read as none.
  if (json.find("[]") != json.npos || json.find("{}") != json.npos) return;
  // A field mask spells names in two ways that do not undo each other, and a path with a comma is read as two.
  if (wire.find_first_of("_,") != wire.npos) return;
  CHECK(again == json, "{}\nis not\n{}", again, json);
}

void Run(std::string_view input) {
  static const OracleTypes types;
  static const MessageTable& value = types.Named("google.protobuf.Value");
  if (input.size() < kHeadBytes) return;
  const MessageTable& table = types.Root(static_cast<uint8_t>(input[0]));
  const uint8_t bits = static_cast<uint8_t>(input[1]);
  const std::string wire(input.substr(kHeadBytes));
  JsonPrintOptions options;
  if ((bits & 1) != 0) options.whitespace = JsonPrintOptions::Whitespace::kIndent;
  if ((bits & 2) != 0) options.unset = JsonPrintOptions::Unset::kPrint;
  if ((bits & 4) != 0) options.enums = JsonPrintOptions::Enums::kNumbers;
  if ((bits & 8) != 0) options.names = JsonPrintOptions::Names::kProto;
  std::string json;
  const absl::Status strict = WireToJson(table, wire, options, json);
  if (strict.ok() && !IsNothing(json)) {
    CheckIsJson(value, json, JsonPrintOptions::Wire::kStrict);
    CheckPrinted(table, wire, options, json);
  }
  CheckPasses(table, wire, options);
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  CheckPasses(table, wire, options);
  std::string envoys_json;
  const absl::Status envoy = WireToJson(table, wire, options, envoys_json);
  CHECK(envoy.ok() || !envoy.message().empty());
  if (envoy.ok() && !IsNothing(envoys_json)) CheckIsJson(value, envoys_json, options.wire);
  // A zero byte for a tag ends a message; strings of proto2, which need not be UTF-8, are spelled otherwise.
  const bool may_differ = wire.find('\0') != wire.npos || table.full_name == "oracle.v1.Old" ||
                          wire.find("oracle.v1.Old") != wire.npos;
  // One number in the form of a packed list is unknown here, and a value there.
  if (envoy.ok() && strict.ok() && envoys_json != json && !may_differ) CheckPrinted(table, wire, options, envoys_json);
  for (const FieldTable& field : table.fields) {
    json.clear();
    (void)WireFieldToJson({&field}, wire, options, json);
    if (field.message != nullptr) (void)ReadHttpBody({&field}, wire);
  }
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
