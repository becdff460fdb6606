#include "gateway/transcode/wire_to_json.h"

#include "gateway/transcode/envoy_wire_error.h"
#include "gateway/transcode/sink.h"
#include "gateway/transcode/wire_fields.h"
#include "gateway/transcode/wire_printer.h"

namespace minato::gateway {
namespace {

// JSON is longer than wire, seldom twice as long.
constexpr size_t kGrowth = 2;
constexpr size_t kBytesMin = 64;

template <typename Print>
absl::Status PrintDocument(std::string_view wire, const JsonPrintOptions& options,
                           std::string& json, Print print) {
  Sink sink(json, wire.size() * kGrowth + kBytesMin);
  WirePrinter printer(options, WirePrinter::Order::kAscending, sink);
  if (print(printer)) {
    printer.PrintEnd();
    sink.Close();
    return absl::OkStatus();
  }
  if (!printer.out_of_order()) {
    sink.Close();
    return printer.status();
  }
  sink.Truncate(0);
  WirePrinter careful(options, WirePrinter::Order::kAny, sink);
  const bool printed = print(careful);
  if (printed) careful.PrintEnd();
  sink.Close();
  return printed ? absl::OkStatus() : careful.status();
}

}  // namespace

absl::Status WireToJson(const MessageTable& message, std::string_view wire,
                        const JsonPrintOptions& options, std::string& json) {
  absl::Status printed =
      PrintDocument(wire, options, json,
                    [&](WirePrinter& printer) { return printer.PrintMessage(message, wire); });
  if (printed.ok() || options.wire == JsonPrintOptions::Wire::kStrict) return printed;
  std::string error = EnvoyWireError(message, wire);
  return error.empty() ? printed : absl::InvalidArgumentError(error);
}

absl::Status WireFieldToJson(const FieldPath& path, std::string_view wire,
                             const JsonPrintOptions& options, std::string& json) {
  std::string inner;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    absl::StatusOr<std::string> content = ExtractMessage(*path[i], wire);
    if (!content.ok()) return content.status();
    inner = *std::move(content);
    wire = inner;
  }
  return PrintDocument(wire, options, json, [&](WirePrinter& printer) {
    return printer.PrintFieldOf(*path.back(), wire);
  });
}

}  // namespace minato::gateway
