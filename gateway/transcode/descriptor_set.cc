#include "gateway/transcode/descriptor_set.h"

#include <fstream>
#include <sstream>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

// The first thing that protobuf has against a file.
class FirstError final : public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const pb::Message*, ErrorLocation,
                const std::string& message) override {
    if (text.empty()) text = fmt::format("{}: {}: {}", file, element, message);
  }
  std::string text;
};

}  // namespace

DescriptorSet::DescriptorSet() : pool_(std::make_unique<pb::DescriptorPool>()) {}
DescriptorSet::DescriptorSet(DescriptorSet&&) noexcept = default;
DescriptorSet& DescriptorSet::operator=(DescriptorSet&&) noexcept = default;
DescriptorSet::~DescriptorSet() = default;

StatusOr<DescriptorSet> DescriptorSet::ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file.good()) return InvalidArgument("Unable to read proto descriptor file {}", path);
  return Parse(std::move(bytes).str());
}

StatusOr<DescriptorSet> DescriptorSet::Parse(std::string_view bytes) {
  pb::FileDescriptorSet set;
  if (!set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("Unable to parse proto descriptor");
  }
  DescriptorSet read;
  for (const pb::FileDescriptorProto& file : set.file()) {
    FirstError error;
    const pb::FileDescriptor* const built = read.pool_->BuildFileCollectingErrors(file, &error);
    if (built == nullptr) return InvalidArgument("Unable to build proto descriptor pool: {}", error.text);
    read.files_.push_back(built);
  }
  return read;
}

}  // namespace minato::gateway
