// grpc.testing.TestService as gRPC's interoperability suite describes it, on Minato's runtime.
#include <string>

#include "grpc/testing/test.minato.h"
#include "runtime/sleep.h"
#include "tests/conformance/test_service.h"

namespace minato::interop {
namespace {

namespace testing = grpc::testing;

constexpr int32_t kPayloadBytesMax = 64 << 20;

void EchoMetadata(CallContext& call) {
  if (auto initial = call.FindMetadata("x-grpc-test-echo-initial")) {
    call.AddInitialMetadata("x-grpc-test-echo-initial", std::string(*initial));
  }
  if (auto trailing = call.FindMetadata("x-grpc-test-echo-trailing-bin")) {
    call.AddTrailingMetadata("x-grpc-test-echo-trailing-bin", std::string(*trailing));
  }
}

template <typename Request>
Status AskedFor(const Request& request) {
  const testing::EchoStatus& status = request.response_status();
  return Status(static_cast<StatusCode>(status.code()), status.message());
}

StatusOr<std::string> Zeros(int32_t size) {
  if (size < 0 || size > kPayloadBytesMax) {
    return InvalidArgument("a payload of {} bytes cannot be asked for", size);
  }
  return std::string(size, '\0');
}

Task<Status> Answer(const testing::StreamingOutputCallRequest& request,
                    Writer<testing::StreamingOutputCallResponse>& writer) {
  for (const testing::ResponseParameters& asked : request.response_parameters()) {
    if (asked.interval_us() > 0) CO_TRY(co_await Sleep(absl::Microseconds(asked.interval_us())));
    testing::StreamingOutputCallResponse response;
    CO_TRY(*response.mutable_payload()->mutable_body(), Zeros(asked.size()));
    CO_TRY(co_await writer.Write(response));
  }
  co_return OkStatus();
}

bool WantsCompression(const testing::StreamingOutputCallRequest& request) {
  for (const testing::ResponseParameters& asked : request.response_parameters()) {
    if (asked.compressed().value()) return true;
  }
  return false;
}

}  // namespace

Task<StatusOr<testing::Empty>> EmptyCall(TestServiceEnv&, CallContext&, const testing::Empty&) {
  co_return testing::Empty();
}

Task<StatusOr<testing::SimpleResponse>> UnaryCall(TestServiceEnv&, CallContext& call,
                                                  const testing::SimpleRequest& request) {
  EchoMetadata(call);
  CO_TRY(AskedFor(request));
  if (request.response_compressed().value()) call.CompressReplies();
  testing::SimpleResponse response;
  CO_TRY(*response.mutable_payload()->mutable_body(), Zeros(request.response_size()));
  co_return response;
}

Task<StatusOr<testing::SimpleResponse>> CacheableUnaryCall(TestServiceEnv& env, CallContext& call,
                                                           const testing::SimpleRequest& request) {
  return UnaryCall(env, call, request);
}

Task<Status> StreamingOutputCall(TestServiceEnv&, CallContext& call,
                                 const testing::StreamingOutputCallRequest& request,
                                 Writer<testing::StreamingOutputCallResponse>& writer) {
  EchoMetadata(call);
  if (WantsCompression(request)) call.CompressReplies();
  CO_TRY(co_await Answer(request, writer));
  co_return AskedFor(request);
}

Task<StatusOr<testing::StreamingInputCallResponse>> StreamingInputCall(
    TestServiceEnv&, CallContext& call, Reader<testing::StreamingInputCallRequest>& reader) {
  EchoMetadata(call);
  testing::StreamingInputCallResponse sum;
  testing::StreamingInputCallRequest request;
  for (;;) {
    CO_TRY(bool more, co_await reader.Read(request));
    if (!more) break;
    sum.set_aggregated_payload_size(sum.aggregated_payload_size() +
                                    static_cast<int32_t>(request.payload().body().size()));
  }
  co_return sum;
}

Task<Status> FullDuplexCall(TestServiceEnv&, CallContext& call,
                            Reader<testing::StreamingOutputCallRequest>& reader,
                            Writer<testing::StreamingOutputCallResponse>& writer) {
  EchoMetadata(call);
  testing::StreamingOutputCallRequest request;
  for (;;) {
    CO_TRY(bool more, co_await reader.Read(request));
    if (!more) break;
    CO_TRY(AskedFor(request));
    CO_TRY(co_await Answer(request, writer));
  }
  co_return OkStatus();
}

Task<Status> HalfDuplexCall(TestServiceEnv&, CallContext& call,
                            Reader<testing::StreamingOutputCallRequest>& reader,
                            Writer<testing::StreamingOutputCallResponse>& writer) {
  EchoMetadata(call);
  std::vector<testing::StreamingOutputCallRequest> requests;
  for (;;) {
    testing::StreamingOutputCallRequest request;
    CO_TRY(bool more, co_await reader.Read(request));
    if (!more) break;
    requests.push_back(std::move(request));
  }
  for (const auto& request : requests) CO_TRY(co_await Answer(request, writer));
  co_return OkStatus();
}

Task<StatusOr<testing::Empty>> UnimplementedCall(TestServiceEnv&, CallContext&, const testing::Empty&) {
  co_return Unimplemented("the suite asks for a method that is not implemented");
}

}  // namespace minato::interop
