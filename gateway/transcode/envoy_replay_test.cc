// Bodies and replies recorded with Envoy 1.40 (tests/conformance/envoy holds the whole), replayed
// without a network: what is read must be the same message or the same error text, what is printed
// the same bytes.

#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/test_protos.h"
#include "gateway/transcode/wire_to_json.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

constexpr char kFolder[] = "gateway/transcode/testdata/envoy/";

std::string FileText(const std::string& name) {
  std::ifstream file(kFolder + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> Rows(const std::string& name) {
  std::vector<std::vector<std::string>> rows;
  for (absl::string_view line : absl::StrSplit(FileText(name), '\n', absl::SkipEmpty())) {
    rows.push_back(absl::StrSplit(line, '\t'));
  }
  return rows;
}

std::string Unescape(const std::string& text) {
  std::string plain;
  EXPECT_TRUE(absl::CUnescape(text, &plain)) << text;
  return text == "-" ? "" : plain;
}

struct Types {
  explicit Types(const std::string& file) : protos(FileText(file)) {
    schema.AddFile(protos.file());
  }
  TestProtos protos;
  Schema schema;
};

struct EnvoyReplay : testing::Test {
  Types& TypesOf(const std::string& message) {
    return message == "oracle.v1.Old" ? legacy : modern;
  }
  // Order, packing and explicit defaults do not matter.
  std::string Normal(const std::string& message, const std::string& wire) {
    auto parsed = TypesOf(message).protos.New(message);
    EXPECT_TRUE(parsed->ParseFromString(wire));
    return parsed->DebugString();
  }
  std::vector<std::string> Read(const JsonRequest& request, bool stream,
                                const std::vector<std::string>& pieces, std::string& error) {
    JsonBody body(request, stream ? JsonBody::Shape::kArray : JsonBody::Shape::kMessage);
    std::vector<std::string> messages;
    absl::Status status;
    for (const std::string& piece : pieces) {
      if (status.ok()) status = body.Feed(piece, messages);
    }
    if (status.ok()) status = body.Finish(messages);
    error = status.ok() ? "" : std::string(status.message());
    return messages;
  }

  Types modern{"types.proto"};
  Types legacy{"legacy.proto"};
};

TEST_F(EnvoyReplay, BodiesAreReadAsEnvoyReadsThem) {
  // Envoy loses a body that is a bare number.
  const std::set<std::string> kDeviations = {"body-number-field"};
  size_t replayed = 0;
  for (const auto& row : Rows("read.tsv")) {
    ASSERT_EQ(row.size(), 9u) << row[0];
    if (kDeviations.contains(row[0])) continue;
    SCOPED_TRACE(row[0]);
    const std::string& type = row[3];
    JsonRequest request;
    request.options = JsonReadOptions::Envoy();
    if (row[2] == "loose_enums") request.options.enum_names = EnumNames::kAnyCase;
    if (row[2] == "reject_collisions") request.options.collisions = Collisions::kRefuse;
    request.message = TypesOf(type).schema.Find(type);
    ASSERT_NE(request.message, nullptr) << type;
    if (row[4] != "-") request.target = *ResolvePath(*request.message, row[4]);
    bool bound = true;
    for (absl::string_view pair : absl::StrSplit(Unescape(row[5]), '&', absl::SkipEmpty())) {
      std::pair<std::string, std::string> binding = absl::StrSplit(pair, absl::MaxSplits('=', 1));
      auto path = ResolvePath(*request.message, binding.first);
      bound = bound && path.ok();
      if (path.ok()) request.bindings.push_back(Binding{*path, binding.second});
    }
    if (!bound) continue;
    std::vector<std::string> pieces;
    if (row[6] != "-") {
      for (absl::string_view piece : absl::StrSplit(row[6], '|'))
        pieces.push_back(Unescape(std::string(piece)));
    }
    ++replayed;
    std::string error;
    std::vector<std::string> messages = Read(request, row[1] == "stream", pieces, error);
    if (row[7] == "error") {
      EXPECT_EQ(error, Unescape(row[8]));
      continue;
    }
    EXPECT_EQ(error, "");
    auto compare = [&] {
      std::vector<std::string> expected;
      if (!row[8].empty()) expected = absl::StrSplit(row[8], ',');
      ASSERT_EQ(messages.size(), expected.size());
      for (size_t i = 0; i < messages.size(); ++i) {
        EXPECT_EQ(Normal(type, messages[i]),
                  Normal(type, expected[i] == "-" ? "" : absl::HexStringToBytes(expected[i])));
      }
    };
    compare();
    // Good JSON reads the same byte by byte, and by the slow reader alone.
    std::vector<std::string> bytes;
    for (const std::string& piece : pieces) {
      for (char c : piece) bytes.emplace_back(1, c);
    }
    messages = Read(request, row[1] == "stream", bytes, error);
    EXPECT_EQ(error, "");
    compare();
  }
  EXPECT_GT(replayed, 200u);
}

TEST_F(EnvoyReplay, RepliesArePrintedAsEnvoyPrintsThem) {
  for (const auto& row : Rows("print.tsv")) {
    ASSERT_EQ(row.size(), 7u) << row[0];
    SCOPED_TRACE(row[0]);
    const MessageTable& table = *TypesOf(row[2]).schema.Find(row[2]);
    std::string wire = row[4] == "-" ? "" : absl::HexStringToBytes(row[4]);
    if (row[3] == "json") {
      JsonRequest request;
      request.message = &table;
      wire.clear();
      absl::Status built = JsonToWire(request, Unescape(row[4]), wire);
      ASSERT_TRUE(built.ok()) << built;
    }
    JsonPrintOptions options;
    options.wire = JsonPrintOptions::Wire::kEnvoy;
    const bool all = row[1] == "print_all";
    if (all || row[1] == "whitespace") options.whitespace = JsonPrintOptions::Whitespace::kIndent;
    if (all || row[1] == "print_primitives") options.unset = JsonPrintOptions::Unset::kPrint;
    if (all || row[1] == "print_enums_as_ints") options.enums = JsonPrintOptions::Enums::kNumbers;
    if (all || row[1] == "preserve_names") options.names = JsonPrintOptions::Names::kProto;
    std::string json;
    absl::Status printed = WireToJson(table, wire, options, json);
    EXPECT_EQ(printed.ok() ? json : std::string(printed.message()), Unescape(row[6]));
    EXPECT_EQ(printed.ok(), row[5] == "ok");
  }
}

}  // namespace
}  // namespace minato::gateway
