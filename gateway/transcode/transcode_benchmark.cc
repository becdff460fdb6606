// The transcoder beside libprotobuf's JsonToBinaryString and BinaryToJsonString with a cached
// resolver, same bytes.
//   bazel run -c opt //gateway/transcode:transcode_benchmark

#include <random>

#include "benchmark/benchmark.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gateway/transcode/wire_to_json.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

constexpr size_t kKiB = 1024;
constexpr size_t kMiB = 1024 * kKiB;

struct Fixture {
  Fixture()
      : protos(kSampleProto),
        resolver(
            pb::util::NewTypeResolverForDescriptorPool("type.googleapis.com", &protos.pool())) {
    schema.AddFile(protos.file());
    frame = schema.Find("t.Frame");
  }
  TestProtos protos;
  Schema schema;
  const MessageTable* frame;
  std::unique_ptr<pb::util::TypeResolver> resolver;
  const std::string url = "type.googleapis.com/t.Frame";
};

Fixture& Shared() {
  static Fixture fixture;
  return fixture;
}

std::string Small() {
  return R"({"id":"0123456789abcdef","number":"1234567890","name":"A small frame of ordinary fields",)"
         R"("person":{"name":"Ada Lovelace","id":"42","pet":{"name":"Rex","age":7},"color":"RED"},"tags":["alpha","beta"],)"
         R"("note":"hello, world","count":17,"flag":true,"at":"2024-01-02T03:04:05Z"})";
}

// A tree of frames, four wide.
std::string Nested(size_t bytes) {
  std::mt19937 random(1);
  std::string json = "{\"pets\":[";
  while (json.size() < bytes) {
    json += R"({"name":"pet )" + std::to_string(random() % 100000) + R"(","age":)" +
            std::to_string(random() % 100) +
            R"(,"nickNames":["a nick name","another one"],"friend":{"name":"friend","age":)" +
            std::to_string(random() % 1000) +
            R"(,"friend":{"name":"a friend's friend","nickNames":["x"]}}},)";
  }
  json.back() = ']';
  return json + "}";
}

std::string Ints(size_t bytes) {
  std::mt19937 random(2);
  std::string json = "{\"counts\":[";
  while (json.size() < bytes)
    json += std::to_string(static_cast<int32_t>(random() >> (random() % 32))) + ",";
  json.back() = ']';
  return json + "}";
}

std::string Text(size_t bytes, std::string_view piece) {
  std::string json = "{\"note\":\"";
  while (json.size() < bytes) json += piece;
  return json + "\"}";
}

std::string Bytes(size_t bytes) {
  std::mt19937 random(3);
  std::string json = "{\"scalars\":{\"fBytes\":\"";
  static constexpr char kLetters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes / 4 * 4; ++i) json += kLetters[random() % 64];
  return json + "\"}}";
}

std::string Doubles(size_t bytes) {
  std::mt19937_64 random(4);
  std::string json = "{\"lists\":{\"doubles\":[";
  while (json.size() < bytes)
    json += std::to_string(static_cast<double>(random() % 100000000) / 1000) + ",";
  json.back() = ']';
  return json + "}}";
}

std::string Struct(size_t bytes) {
  std::mt19937 random(5);
  std::string json = "{\"meta\":{\"rows\":[";
  while (json.size() < bytes) {
    json += R"({"key":"value )" + std::to_string(random() % 1000) + R"(","n":)" +
            std::to_string(random() % 1000) + R"(,"list":[1,true,null]},)";
  }
  json.back() = ']';
  return json + "}}";
}

std::string WireOf(const std::string& json) {
  std::string wire;
  if (!pb::util::JsonToBinaryString(Shared().resolver.get(), Shared().url, json, &wire).ok())
    std::abort();
  // As a server serializes it: packed, by field number.
  auto message = Shared().protos.New("t.Frame");
  if (!message->ParseFromString(wire)) std::abort();
  return message->SerializeAsString();
}

void Read(benchmark::State& state, std::string json) {
  JsonRequest request;
  request.message = Shared().frame;
  // Kept, as a gateway keeps its buffers: 16 MiB of fresh pages cost more than the work.
  std::string wire;
  for (auto _ : state) {
    wire.clear();
    if (!JsonToWire(request, json, wire).ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(wire.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}

void ReadLibprotobuf(benchmark::State& state, std::string json) {
  // Kept, as a gateway keeps its buffers: 16 MiB of fresh pages cost more than the work.
  std::string wire;
  for (auto _ : state) {
    wire.clear();
    if (!pb::util::JsonToBinaryString(Shared().resolver.get(), Shared().url, json, &wire).ok())
      state.SkipWithError("refused");
    benchmark::DoNotOptimize(wire.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}

// Bytes counted are those of the JSON.
void Print(benchmark::State& state, std::string json) {
  const std::string wire = WireOf(json);
  std::string printed;
  for (auto _ : state) {
    printed.clear();
    if (!WireToJson(*Shared().frame, wire, JsonPrintOptions(), printed).ok())
      state.SkipWithError("refused");
    benchmark::DoNotOptimize(printed.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}

void PrintLibprotobuf(benchmark::State& state, std::string json) {
  const std::string wire = WireOf(json);
  std::string printed;
  for (auto _ : state) {
    printed.clear();
    if (!pb::util::BinaryToJsonString(Shared().resolver.get(), Shared().url, wire, &printed).ok())
      state.SkipWithError("refused");
    benchmark::DoNotOptimize(printed.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * json.size()));
}

#define BODY(name, json)                                        \
  BENCHMARK_CAPTURE(Read, name, json)->MinTime(0.2);            \
  BENCHMARK_CAPTURE(ReadLibprotobuf, name, json)->MinTime(0.2); \
  BENCHMARK_CAPTURE(Print, name, json)->MinTime(0.2);           \
  BENCHMARK_CAPTURE(PrintLibprotobuf, name, json)->MinTime(0.2)

BODY(small_250B, Small());
BODY(nested_64KiB, Nested(64 * kKiB));
BODY(nested_16MiB, Nested(16 * kMiB));
BODY(ints_1MiB, Ints(kMiB));
BODY(ints_16MiB, Ints(16 * kMiB));
BODY(text_1MiB, Text(kMiB, "plain text of a novel "));
BODY(text_16MiB, Text(16 * kMiB, "plain text of a novel "));
BODY(non_ascii_1MiB, Text(kMiB, "слова и буквы "));
BODY(cjk_1MiB, Text(kMiB, "漢字かな"));
BODY(bytes_1MiB, Bytes(kMiB));
BODY(bytes_16MiB, Bytes(16 * kMiB));
BODY(doubles_1MiB, Doubles(kMiB));
BODY(struct_64KiB, Struct(64 * kKiB));

}  // namespace
}  // namespace minato::gateway
