// The messages of the oracle's test API (tests/conformance/envoy), for fuzz targets.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/schema.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"
#include "oracle/v1/api.pb.h"
#include "oracle/v1/legacy.pb.h"
#include "runtime/check.h"

namespace minato::gateway {

// Which of them an input is about: tests/fuzz/seeds.py counts the same.
inline constexpr std::array<const char*, 17> kOracleRoots = {
    "oracle.v1.Frame",           "oracle.v1.Everything",   "oracle.v1.Scalars",
    "oracle.v1.Old",             "oracle.v1.Upload",       "oracle.v1.Download",
    "google.protobuf.Struct",    "google.protobuf.Value",  "google.protobuf.ListValue",
    "google.protobuf.Timestamp", "google.protobuf.StringValue", "google.protobuf.Empty",
    "google.api.HttpBody",       "oracle.v1.Person",       "oracle.v1.Choice",
    "oracle.v1.Present",         "oracle.v1.Node"};

class OracleTypes {
 public:
  OracleTypes() {
    google::protobuf::SetLogHandler(nullptr);  // It speaks of each text that is not UTF-8.
    schema_.AddFile(*oracle::v1::Frame::descriptor()->file());
    schema_.AddFile(*oracle::v1::Old::descriptor()->file());
  }

  const MessageTable& Named(std::string_view full_name) const { return *schema_.Find(full_name); }
  const MessageTable& Root(uint8_t choice) const { return Named(kOracleRoots[choice % kOracleRoots.size()]); }

  static std::unique_ptr<google::protobuf::Message> New(const MessageTable& table) {
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(table.full_name);
    return std::unique_ptr<google::protobuf::Message>(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  }

  // A text that is the same for equal messages, whatever the order and the packing on the wire.
  static std::string Text(const MessageTable& table, const std::string& wire) {
    const auto message = New(table);
    google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(wire.data()),
                                                 static_cast<int>(wire.size()));
    // Envoy reads 100 levels of JSON, which are three times as many messages in a Struct; protobuf stops at 100 of them.
    input.SetRecursionLimit(3 * kJsonDepthMax + 10);
    CHECK(message->ParsePartialFromCodedStream(&input) && input.ConsumedEntireMessage(), "{} is not protobuf",
          table.full_name);
    return message->DebugString();
  }

 private:
  Schema schema_;
};

}  // namespace minato::gateway
