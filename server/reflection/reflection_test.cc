#include "server/reflection/reflection.h"

#include <set>

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "grpc/reflection/v1/reflection.minato.h"
#include "grpc/reflection/v1alpha/reflection.minato.h"
#include "runtime/manual_executor.h"
#include "server/call/test_call.h"
#include "server/call/test_stream.h"
#include "server/health/health.h"
#include "server/reflection/answer.h"

namespace minato::reflection {
namespace {

template <typename Version>
class ReflectionTest : public testing::Test {
 public:
  using Request = typename Version::Request;
  using Response = typename Version::Response;

  ReflectionTest() { health::RegisterHealth(registry, health_env); }

  Response Ask(const Request& request) { return Answer<Response>(registry, request); }

  static std::set<std::string> FileNames(const Response& response) {
    std::set<std::string> names;
    for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(bytes));
      names.insert(file.name());
    }
    return names;
  }

  health::HealthEnv health_env;
  MethodRegistry registry;
  Reflection reflection{registry};
};

struct V1 {
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
};
struct V1Alpha {
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
};
using Versions = testing::Types<V1, V1Alpha>;
TYPED_TEST_SUITE(ReflectionTest, Versions);

TYPED_TEST(ReflectionTest, ListsEveryServiceOfTheRegistryAndItself) {
  typename TestFixture::Request request;
  request.set_list_services("");
  const auto response = this->Ask(request);
  std::set<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.insert(service.name());
  }
  EXPECT_EQ(names, (std::set<std::string>{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                                          "grpc.reflection.v1alpha.ServerReflection"}));
}

TYPED_TEST(ReflectionTest, FindsFilesByTheirNameAndBySymbolsOfEveryKind) {
  const std::string file = "grpc/health/v1/health.proto";
  typename TestFixture::Request request;
  request.set_file_by_filename(file);
  EXPECT_EQ(this->FileNames(this->Ask(request)), std::set<std::string>{file});
  for (const char* symbol : {"grpc.health.v1.Health", "grpc.health.v1.Health.Check",
                             "grpc.health.v1.HealthCheckResponse.ServingStatus"}) {
    request.set_file_containing_symbol(symbol);
    EXPECT_EQ(this->FileNames(this->Ask(request)), std::set<std::string>{file}) << symbol;
  }
}

TYPED_TEST(ReflectionTest, GivesFieldsTheirJsonNamesAsProtocDoes) {
  typename TestFixture::Request request;
  request.set_file_by_filename("grpc/reflection/v1/reflection.proto");
  const auto response = this->Ask(request);
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(file.ParseFromString(response.file_descriptor_response().file_descriptor_proto(0)));
  ASSERT_EQ(file.message_type(0).field(1).name(), "file_by_filename");
  EXPECT_EQ(file.message_type(0).field(1).json_name(), "fileByFilename");
}

TYPED_TEST(ReflectionTest, RepeatsTheRequestInItsAnswer) {
  typename TestFixture::Request request;
  request.set_host("here");
  request.set_file_by_filename("no.proto");
  const auto response = this->Ask(request);
  EXPECT_EQ(response.valid_host(), "here");
  EXPECT_EQ(response.original_request().SerializeAsString(), request.SerializeAsString());
}

TYPED_TEST(ReflectionTest, AnswersWhatItDoesNotKnowWithNotFound) {
  typename TestFixture::Request by_name, by_symbol, by_extension, numbers, nothing;
  by_name.set_file_by_filename("no.proto");
  by_symbol.set_file_containing_symbol("no.Symbol");
  by_extension.mutable_file_containing_extension()->set_containing_type("google.protobuf.FileOptions");
  by_extension.mutable_file_containing_extension()->set_extension_number(49'999);
  numbers.set_all_extension_numbers_of_type("no.Type");
  for (const auto* request : {&by_name, &by_symbol, &by_extension, &numbers}) {
    EXPECT_EQ(this->Ask(*request).error_response().error_code(), 5) << request->ShortDebugString();
  }
  EXPECT_EQ(this->Ask(nothing).error_response().error_code(), 3);
}

TYPED_TEST(ReflectionTest, FindsAMessageTypeThatHasNoExtensions) {
  typename TestFixture::Request request;
  request.set_all_extension_numbers_of_type("grpc.health.v1.HealthCheckRequest");
  const auto response = this->Ask(request);
  EXPECT_EQ(response.all_extension_numbers_response().base_type_name(), "grpc.health.v1.HealthCheckRequest");
  EXPECT_EQ(response.all_extension_numbers_response().extension_number_size(), 0);
}

TEST(ServerReflectionInfo, AnswersOneRequestAfterTheOtherUntilTheHalfClose) {
  ManualExecutor loop;
  MethodRegistry registry;
  Reflection reflection(registry);
  TestStream stream;
  grpc::reflection::v1::ServerReflectionRequest request;
  request.set_list_services("");
  stream.Arrive(request);
  stream.Arrive(request);
  stream.HalfClose();
  Reader<grpc::reflection::v1::ServerReflectionRequest> reader(stream);
  Writer<grpc::reflection::v1::ServerReflectionResponse> writer(stream);
  const Status status = loop.Run(AnswerAll(registry, reader, writer));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(stream.sent(), 2);
}

}  // namespace
}  // namespace minato::reflection
