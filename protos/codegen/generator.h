// What protoc-gen-minato writes for the services of one .proto file: a declaration for each handler,
// and the function that adds a whole service to a MethodRegistry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>

namespace minato::codegen {

struct Options {
  // Where the handlers live, for example "minato::health". By default the package without its
  // version: minato.user.v1 gives minato::user.
  std::string cpp_namespace = {};
  // The struct in that namespace that handlers are given. By default UserEnv for minato::user.
  std::string env = {};
  // Simple names of the services to write. By default every service of the file.
  std::vector<std::string> services = {};
};

// Reads `namespace=…,env=…,service=…`, as given by --minato_opt; service may be repeated.
absl::StatusOr<Options> ParseOptions(const std::string& parameter);

struct Code {
  std::string header;
  std::string source;
};

// "minato/user/v1/user.proto" gives "minato/user/v1/user.minato.h".
std::string HeaderName(const google::protobuf::FileDescriptor& file);
std::string SourceName(const google::protobuf::FileDescriptor& file);

absl::StatusOr<Code> Generate(const google::protobuf::FileDescriptor& file, const Options& options);

}  // namespace minato::codegen
