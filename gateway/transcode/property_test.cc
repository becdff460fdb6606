// Random messages of random schemas, against libprotobuf: both directions must agree with it, and a
// text that both read must mean the same. MINATO_PROPERTY_CASES sets how many (default 3,000),
// MINATO_PROPERTY_SEED repeats a run.

#include <cstdlib>
#include <random>

#include "fmt/format.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/random_message.h"
#include "gateway/transcode/wire_to_json.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

uint64_t Setting(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

struct PropertyTest : testing::Test {
  PropertyTest()
      : cases(Setting("MINATO_PROPERTY_CASES", 3000)),
        seed(Setting("MINATO_PROPERTY_SEED", std::random_device{}())) {
    fmt::print("MINATO_PROPERTY_SEED={}\n", seed);
    pb::SetLogHandler(nullptr);  // It speaks of each text that is not UTF-8.
  }
  const uint64_t cases;
  const uint64_t seed;
};

constexpr uint64_t kCasesPerSchema = 50;

// Same bytes after a round through a message object, so that order and packing do not matter.
std::string Normal(RandomSchema& schema, const std::string& wire) {
  auto message = schema.NewMessage();
  if (!message->ParseFromString(wire)) return "<not protobuf>";
  schema.NormalizeAny(*message);
  return schema.Deterministic(*message);
}

TEST_F(PropertyTest, BothDirectionsAgreeWithLibprotobuf) {
  for (uint64_t i = 0; i < cases; i += kCasesPerSchema) {
    RandomSchema schema(seed + i);
    Schema tables;
    const MessageTable& table = tables.Add(schema.root());
    tables.AddFile(*schema.root().file());
    std::unique_ptr<pb::util::TypeResolver> resolver(
        pb::util::NewTypeResolverForDescriptorPool("type.googleapis.com", &schema.pool()));
    const std::string url = "type.googleapis.com/" + schema.root().full_name();
    JsonRequest request;
    request.message = &table;
    JsonRequest lenient = request;
    lenient.options.unknown_fields = UnknownFields::kIgnore;
    lenient.options.dialect = Dialect::kEnvoy;
    pb::util::JsonParseOptions ignore;
    ignore.ignore_unknown_fields = true;

    for (uint64_t n = 0; n < kCasesPerSchema && i + n < cases; ++n) {
      auto message = schema.RandomMessage();
      const std::string wire = schema.Deterministic(*message);
      std::string expected;
      ASSERT_TRUE(pb::util::BinaryToJsonString(resolver.get(), url, wire, &expected).ok())
          << message->DebugString();

      std::string json;
      absl::Status printed = WireToJson(table, wire, JsonPrintOptions(), json);
      ASSERT_TRUE(printed.ok()) << printed << "\n" << message->DebugString();
      ASSERT_EQ(json, expected) << "seed " << seed + i;
      std::string shuffled;
      printed = WireToJson(table, schema.Shuffled(wire), JsonPrintOptions(), shuffled);
      ASSERT_TRUE(printed.ok()) << printed;
      ASSERT_EQ(shuffled, expected) << "seed " << seed + i;

      std::string read;
      absl::Status status = JsonToWire(request, json, read);
      ASSERT_TRUE(status.ok()) << status << "\n" << json;
      ASSERT_EQ(Normal(schema, read), Normal(schema, wire)) << json << "\nseed " << seed + i;

      const std::string respelled = schema.Respell(json);
      read.clear();
      status = JsonToWire(request, respelled, read);
      ASSERT_TRUE(status.ok()) << status << "\n" << respelled;
      ASSERT_EQ(Normal(schema, read), Normal(schema, wire)) << respelled;

      for (int mutation = 0; mutation < 4; ++mutation) {
        const std::string mutated = schema.Mutate(respelled);
        read.clear();
        if (mutated.empty()) continue;
        absl::Status ours = JsonToWire(lenient, mutated, read);
        std::string theirs;
        auto their_status =
            pb::util::JsonToBinaryString(resolver.get(), url, mutated, &theirs, ignore);
        // Envoy has strict base64 switched off, reads times with Abseil, does not leave out unknown
        // enum values, and does not look at what is no UTF-8 behind a whole value.
        if (their_status.ToString().find("TYPE_BYTES") != std::string::npos) continue;
        if (their_status.ToString().find("non UTF-8") != std::string::npos) continue;
        if (their_status.ToString().find("protobuf.Timestamp") != std::string::npos) continue;
        if (ours.message().find("protobuf.Timestamp") != absl::string_view::npos) continue;
        if (ours.message().find("r.Color") != absl::string_view::npos) continue;
        ASSERT_EQ(ours.ok(), their_status.ok()) << ours << "\n"
                                                << their_status.ToString() << "\n"
                                                << mutated << "\nseed " << seed + i;
        if (!ours.ok()) continue;
        ASSERT_EQ(Normal(schema, read), Normal(schema, theirs)) << mutated << "\nseed " << seed + i;
      }
    }
  }
}

TEST_F(PropertyTest, CutOrMutatedWireNeverPrintsAndNeverCrashes) {
  for (uint64_t i = 0; i < cases; i += kCasesPerSchema) {
    RandomSchema schema(seed + i);
    Schema tables;
    const MessageTable& table = tables.Add(schema.root());
    tables.AddFile(*schema.root().file());
    for (uint64_t n = 0; n < kCasesPerSchema / 5; ++n) {
      std::string wire = schema.Deterministic(*schema.RandomMessage());
      for (size_t cut = 0; cut < wire.size(); cut += 1 + wire.size() / 40) {
        std::string json;
        auto message = schema.NewMessage();
        absl::Status status = WireToJson(table, wire.substr(0, cut), JsonPrintOptions(), json);
        if (!message->ParseFromString(wire.substr(0, cut))) {
          EXPECT_FALSE(status.ok());
        }
      }
      for (int mutation = 0; mutation < 10; ++mutation) {
        std::string json;
        (void)WireToJson(table, schema.Mutate(wire), JsonPrintOptions(), json);
      }
    }
  }
}

}  // namespace
}  // namespace minato::gateway
