#include "gateway/transcode/test_protos.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/compiler/parser.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/wrappers.pb.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "TestProtos: %s\n", why.c_str());
  std::abort();
}

struct Errors : pb::io::ErrorCollector {
  void AddError(int line, int column, const std::string& message) override {
    Die(std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + message);
  }
};

struct PoolErrors : pb::DescriptorPool::ErrorCollector {
  void AddError(const std::string& file, const std::string& element, const pb::Message*,
                ErrorLocation, const std::string& message) override {
    Die(file + " " + element + ": " + message);
  }
};

void AddGenerated(pb::DescriptorPool& pool, const pb::FileDescriptor& file) {
  pb::FileDescriptorProto proto;
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);
  if (pool.FindFileByName(file.name()) == nullptr) pool.BuildFile(proto);
}

}  // namespace

TestProtos::TestProtos(std::string_view proto_text) : factory_(&pool_) {
  AddGenerated(pool_, *pb::Any::descriptor()->file());
  AddGenerated(pool_, *pb::Duration::descriptor()->file());
  AddGenerated(pool_, *pb::Empty::descriptor()->file());
  AddGenerated(pool_, *pb::FieldMask::descriptor()->file());
  AddGenerated(pool_, *pb::Struct::descriptor()->file());
  AddGenerated(pool_, *pb::Timestamp::descriptor()->file());
  AddGenerated(pool_, *pb::DoubleValue::descriptor()->file());
  pb::io::ArrayInputStream input(proto_text.data(), static_cast<int>(proto_text.size()));
  Errors errors;
  pb::io::Tokenizer tokenizer(&input, &errors);
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&errors);
  pb::FileDescriptorProto proto;
  if (!parser.Parse(&tokenizer, &proto)) Die("does not parse");
  proto.set_name("test.proto");
  PoolErrors pool_errors;
  file_ = pool_.BuildFileCollectingErrors(proto, &pool_errors);
}

const pb::Descriptor& TestProtos::Message(std::string_view full_name) const {
  const pb::Descriptor* message = pool_.FindMessageTypeByName(std::string(full_name));
  if (message == nullptr) Die("no message " + std::string(full_name));
  return *message;
}

std::unique_ptr<pb::Message> TestProtos::New(std::string_view full_name) {
  return std::unique_ptr<pb::Message>(factory_.GetPrototype(&Message(full_name))->New());
}

}  // namespace minato::gateway
