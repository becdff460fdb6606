#pragma once

#include <memory>
#include <string_view>

#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"

namespace minato::gateway {

// Descriptors of .proto text, for tests: imports of google/protobuf/*.proto come from the generated
// pool.
class TestProtos {
 public:
  explicit TestProtos(std::string_view proto_text);

  const google::protobuf::FileDescriptor& file() const { return *file_; }
  const google::protobuf::Descriptor& Message(std::string_view full_name) const;
  const google::protobuf::DescriptorPool& pool() const { return pool_; }
  std::unique_ptr<google::protobuf::Message> New(std::string_view full_name);

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

}  // namespace minato::gateway
