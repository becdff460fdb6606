// The generated code compiles, and its table is complete.
#include <gtest/gtest.h>

#include "minato/greeter/v1/greeter.minato.h"

namespace minato::greeter {

struct GreeterEnv {};

Task<StatusOr<v1::Greeting>> Greet(GreeterEnv&, CallContext&, const v1::GreetRequest&) {
  co_return v1::Greeting();
}

Task<Status> WatchGreetings(GreeterEnv&, CallContext&, const v1::GreetRequest&,
                            Writer<v1::Greeting_Part>&) {
  co_return OkStatus();
}

Task<StatusOr<google::protobuf::Empty>> CollectGreetings(GreeterEnv&, CallContext&,
                                                         Reader<v1::Greeting>&) {
  co_return google::protobuf::Empty();
}

Task<Status> Converse(GreeterEnv&, CallContext&, Reader<google::api::HttpBody>&,
                      Writer<google::api::HttpBody>&) {
  co_return OkStatus();
}

Task<StatusOr<v1::Greeting>> TakeLeave(GreeterEnv&, CallContext&, const v1::GreetRequest&) {
  co_return v1::Greeting();
}

namespace {

TEST(GeneratedTable, HasEveryMethodWithItsKindItsDescriptorAndItsEnvironment) {
  GreeterEnv env;
  MethodRegistry registry;
  RegisterGreeterService(registry, env);
  RegisterFarewellService(registry, env);
  EXPECT_EQ(registry.services().size(), 2);

  const auto& service = *registry.services().front();
  EXPECT_EQ(service.full_name(), "minato.greeter.v1.GreeterService");
  const MethodKind kinds[] = {MethodKind::kUnary, MethodKind::kServerStream,
                              MethodKind::kClientStream, MethodKind::kBidi};
  ASSERT_EQ(service.method_count(), 4);
  for (int i = 0; i < 4; ++i) {
    const Method* method = registry.Find("/" + service.full_name() + "/" + service.method(i)->name());
    ASSERT_NE(method, nullptr) << service.method(i)->full_name();
    EXPECT_EQ(method->kind, kinds[i]);
    EXPECT_EQ(method->descriptor, service.method(i));
    EXPECT_EQ(method->env, &env);
  }
  EXPECT_NE(registry.Find("/minato.greeter.v1.FarewellService/TakeLeave"), nullptr);
}

}  // namespace
}  // namespace minato::greeter
