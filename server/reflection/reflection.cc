#include "server/reflection/reflection.h"

#include <set>

#include <google/protobuf/descriptor.pb.h>

#include "grpc/reflection/v1/reflection.minato.h"
#include "grpc/reflection/v1alpha/reflection.minato.h"
#include "server/reflection/answer.h"

namespace minato::reflection {
namespace internal {
namespace {

void Append(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
            std::vector<std::string>& files) {
  if (!seen.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  file.CopyJsonNameTo(&proto);  // as protoc gives it: grpcurl prints by these names
  files.push_back(proto.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) Append(*file.dependency(i), seen, files);
}

}  // namespace

std::vector<std::string> WithImports(const FileDescriptor& file) {
  std::set<const FileDescriptor*> seen;
  std::vector<std::string> files;
  Append(file, seen, files);
  return files;
}

const FileDescriptor* FindFileOfSymbol(const std::string& symbol) {
  return DescriptorPool::generated_pool()->FindFileContainingSymbol(symbol);
}

}  // namespace internal

namespace v1 {
struct VersionEnv {
  const MethodRegistry& registry;
};

Task<Status> ServerReflectionInfo(VersionEnv& env, CallContext&,
                                  Reader<grpc::reflection::v1::ServerReflectionRequest>& reader,
                                  Writer<grpc::reflection::v1::ServerReflectionResponse>& writer) {
  return AnswerAll(env.registry, reader, writer);
}
}  // namespace v1

namespace v1alpha {
struct VersionEnv {
  const MethodRegistry& registry;
};

Task<Status> ServerReflectionInfo(VersionEnv& env, CallContext&,
                                  Reader<grpc::reflection::v1alpha::ServerReflectionRequest>& reader,
                                  Writer<grpc::reflection::v1alpha::ServerReflectionResponse>& writer) {
  return AnswerAll(env.registry, reader, writer);
}
}  // namespace v1alpha

Reflection::Reflection(MethodRegistry& registry)
    : v1_(new v1::VersionEnv{registry}), v1alpha_(new v1alpha::VersionEnv{registry}) {
  v1::RegisterServerReflection(registry, *v1_);
  v1alpha::RegisterServerReflection(registry, *v1alpha_);
}

Reflection::~Reflection() = default;

}  // namespace minato::reflection
