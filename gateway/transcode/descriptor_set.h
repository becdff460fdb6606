// The protobuf files that a descriptor set has (protoc --include_imports --descriptor_set_out), linked with each other.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/status.h"

namespace google::protobuf {
class DescriptorPool;
class FileDescriptor;
}  // namespace google::protobuf

namespace minato::gateway {

class DescriptorSet {
 public:
  // InvalidArgument: it cannot be read, is none, or an import is missing.
  static StatusOr<DescriptorSet> ReadFile(const std::string& path);
  static StatusOr<DescriptorSet> Parse(std::string_view bytes);

  DescriptorSet(DescriptorSet&&) noexcept;
  DescriptorSet& operator=(DescriptorSet&&) noexcept;
  ~DescriptorSet();

  const google::protobuf::DescriptorPool& pool() const { return *pool_; }
  // In the order of the set. They live as long as the set, wherever it is moved.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const { return files_; }

 private:
  DescriptorSet();

  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
};

}  // namespace minato::gateway
