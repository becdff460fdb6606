#include "protos/codegen/generator.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "minato/greeter/v1/greeter.pb.h"

namespace minato::codegen {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kRefresh[] = "MINATO_REFRESH=1 bazel run //protos/codegen:generator_test";

const google::protobuf::FileDescriptor& Greeter() {
  return *greeter::v1::Greeting::descriptor()->file();
}

std::string Read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Compares with the file kept in testdata, or writes it when asked to refresh.
void ExpectAsKept(const std::string& name, const std::string& text) {
  const std::string path = "protos/codegen/testdata/" + name + ".golden";
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace != nullptr && std::getenv("MINATO_REFRESH") != nullptr) {
    std::ofstream(std::string(workspace) + "/" + path) << text;
    return;
  }
  EXPECT_EQ(Read(path), text) << path << " differs. If it should: " << kRefresh;
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

// The refusal of a file given as a FileDescriptorProto in text format.
std::string Refusal(const std::string& file_text, const Options& options = {}) {
  google::protobuf::FileDescriptorProto file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(name: "a.proto" message_type { name: "M" } )" + file_text, &file));
  google::protobuf::DescriptorPool pool;
  const auto* built = pool.BuildFile(file);
  EXPECT_NE(built, nullptr);
  auto code = Generate(*built, options);
  return code.ok() ? "accepted" : MessageOf(code.status());
}

TEST(Generator, WritesEveryKindOfMethodAsKept) {
  auto code = Generate(Greeter(), {});
  ASSERT_TRUE(code.ok()) << code.status();
  ExpectAsKept("minato/greeter/v1/greeter.minato.h", code->header);
  ExpectAsKept("minato/greeter/v1/greeter.minato.cc", code->source);
}

TEST(Generator, PutsTheHandlersOfAForeignServiceWhereItIsTold) {
  auto code = Generate(Greeter(), {.cpp_namespace = "minato::welcome",
                                   .env = "DoorEnv",
                                   .services = {"FarewellService"}});
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_THAT(code->header, AllOf(HasSubstr("namespace minato::welcome {\n\nstruct DoorEnv;\n"),
                                  HasSubstr("TakeLeave(\n    DoorEnv& env,"),
                                  HasSubstr("const ::minato::greeter::v1::GreetRequest& request")));
  EXPECT_THAT(code->header, Not(HasSubstr("GreeterService")));
}

TEST(Generator, NamesTheEnvironmentAfterTheNamespace) {
  auto code = Generate(Greeter(), {.cpp_namespace = "minato::front_door"});
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_THAT(code->header, HasSubstr("struct FrontDoorEnv;"));
}

TEST(Generator, RefusesAFileWithoutAService) {
  EXPECT_EQ(Refusal(R"(package: "minato.a.v1")"), "a.proto has no service");
}

TEST(Generator, RefusesAFileWithoutAPackage) {
  EXPECT_EQ(Refusal(R"(service { name: "S" })"),
            "a.proto has no package, and gRPC names methods by it");
}

TEST(Generator, RefusesAForeignPackageWithoutANamespace) {
  const std::string file = R"(package: "grpc.health.v1" service { name: "S" })";
  EXPECT_EQ(Refusal(file),
            "the handlers of a.proto would live in grpc::health, outside minato: give "
            "namespace=minato::…");
  EXPECT_EQ(Refusal(file, {.cpp_namespace = "minato::health"}), "accepted");
}

TEST(Generator, RefusesAServiceThatTheFileDoesNotHave) {
  EXPECT_EQ(Refusal(R"(package: "minato.a.v1" service { name: "S" })", {.services = {"T"}}),
            "a.proto has no service T");
}

TEST(Generator, RefusesTwoMethodsWithOneHandler) {
  const std::string file = R"(
      package: "minato.a.v1"
      service { name: "S" method { name: "Do" input_type: "M" output_type: "M" } }
      service { name: "T" method { name: "Do" input_type: "M" output_type: "M" } })";
  EXPECT_EQ(Refusal(file),
            "minato.a.v1.S.Do and minato.a.v1.T.Do would have the same handler: choose with "
            "service=…");
  EXPECT_EQ(Refusal(file, {.services = {"T"}}), "accepted");
}

TEST(ParseOptions, ReadsEachOptionAndSeveralServices) {
  auto options = ParseOptions("namespace=minato::a,env=B,service=S,service=T");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->cpp_namespace, "minato::a");
  EXPECT_EQ(options->env, "B");
  EXPECT_THAT(options->services, testing::ElementsAre("S", "T"));
}

TEST(ParseOptions, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(MessageOf(ParseOptions("nmaespace=a").status()),
            "unknown option nmaespace: there are namespace, env and service");
  EXPECT_EQ(MessageOf(ParseOptions("env").status()), "option env needs a value");
}

}  // namespace
}  // namespace minato::codegen
