// protoc-gen-minato: see generator.h. Run by the minato_handlers rule (defs.bzl), or by hand:
//   protoc --plugin=protoc-gen-minato=PATH --minato_out=OUT --minato_opt=env=UserEnv user.proto
#include <memory>
#include <string>

#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include "protos/codegen/generator.h"

namespace minato::codegen {
namespace {

namespace compiler = google::protobuf::compiler;

void Write(compiler::GeneratorContext* context, const std::string& name, const std::string& text) {
  std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(context->Open(name));
  google::protobuf::io::CodedOutputStream(stream.get()).WriteString(text);
}

class Generator : public compiler::CodeGenerator {
 public:
  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                compiler::GeneratorContext* context, std::string* error) const override {
    auto options = ParseOptions(parameter);
    if (!options.ok()) return Fail(options.status(), error);
    auto code = codegen::Generate(*file, *options);
    if (!code.ok()) return Fail(code.status(), error);
    Write(context, HeaderName(*file), code->header);
    Write(context, SourceName(*file), code->source);
    return true;
  }

  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

 private:
  static bool Fail(const absl::Status& status, std::string* error) {
    error->assign(status.message().data(), status.message().size());
    return false;
  }
};

}  // namespace
}  // namespace minato::codegen

int main(int argc, char** argv) {
  minato::codegen::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
