#include "server/rpc/probe_service.h"

#include <stdexcept>

#include "google/rpc/error_details.pb.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"
#include "server/call/error_details.h"
#include "server/rpc/testdata/probe.minato.h"

namespace minato::probe {
namespace {

// Until the call is cancelled.
Task<Status> WaitForTheEnd(ProbeEnv& env, CallContext& call) {
  env.deadline = call.deadline();
  Event never;
  env.waiting.count_down();
  Status status = co_await never.Wait();
  env.stop_reason = status;
  env.stopped.count_down();
  co_return status;
}

// Ends after ten seconds, whatever it is told.
Task<Status> WaitStubbornly(ProbeEnv& env) {
  env.waiting.count_down();
  const TaskContext& context = co_await CurrentContext();
  const TaskContext deaf{.home = context.home, .cancel = {}};
  co_return co_await InContext<Status>(deaf, Sleep(absl::Seconds(10)));
}

void EchoMetadata(CallContext& call) {
  call.ForEachMetadata([&](std::string_view key, std::string_view value) {
    CHECK(!key.starts_with("grpc-") && !key.starts_with(':'), "{} is shown to a handler", key);
    if (!key.starts_with("x-")) return;
    call.AddInitialMetadata("initial-" + std::string(key), std::string(value));
    call.AddTrailingMetadata("trailing-" + std::string(key), std::string(value));
  });
  CHECK(call.FindMetadata("x-text").has_value() && !call.FindMetadata("grpc-accept-encoding").has_value());
  call.AddTrailingMetadata("grpc-ours", "dropped");
  call.AddTrailingMetadata("Illegal Key", "dropped");
  call.AddTrailingMetadata("x-illegal-value", "line\nbreak");
}

}  // namespace

Task<StatusOr<v1::Probe>> Ask(ProbeEnv& env, CallContext& call, const v1::Probe& request) {
  const std::string& act = request.act();
  if (act == "wait") CO_TRY(co_await WaitForTheEnd(env, call));
  if (act == "stubborn") CO_TRY(co_await WaitStubbornly(env));
  if (act == "pause") {
    env.waiting.count_down();
    CO_TRY(co_await Sleep(absl::Milliseconds(200)));
  }
  if (act == "throw") throw std::runtime_error("the secret");
  if (act == "refuse") co_return WithReason(BadField("probe.number", "too odd"), "TOO_ODD");
  if (act == "compress") call.CompressReplies();
  if (act == "http") call.SetHttpStatus(202);
  if (act == "metadata") EchoMetadata(call);
  v1::Probe reply = request;
  reply.set_number(request.number() + 1);
  co_return reply;
}

Task<Status> Count(ProbeEnv& env, CallContext& call, const v1::Probe& request,
                   Writer<v1::Probe>& writer) {
  if (request.act() == "wait") CO_TRY(co_await WaitForTheEnd(env, call));
  v1::Probe reply;
  *reply.mutable_payload() = request.payload();
  for (int64_t i = 0; i < request.number() || request.act() == "endless"; ++i) {
    reply.set_number(i);
    Status written = co_await writer.Write(reply);
    if (!written.ok()) {
      env.stop_reason = written;
      env.sent = static_cast<size_t>(i);
      env.stopped.count_down();
      co_return written;
    }
  }
  if (request.act() == "fail") co_return DataLoss("after {} messages", request.number());
  co_return OkStatus();
}

Task<StatusOr<v1::Probe>> Sum(ProbeEnv& env, CallContext& call, Reader<v1::Probe>& reader) {
  v1::Probe sum;
  v1::Probe request;
  for (;;) {
    StatusOr<bool> more = co_await reader.Read(request);
    if (!more.ok()) {
      env.stop_reason = more.status();
      env.stopped.count_down();
      if (sum.act() == "swallow") co_return sum;
      co_return more.status();
    }
    if (!*more) break;
    if (request.act() == "swallow") sum.set_act("swallow");
    if (request.act() == "say") env.waiting.count_down();
    if (request.act() == "enough") co_return sum;
    if (request.act() == "wait") CO_TRY(co_await WaitForTheEnd(env, call));
    sum.set_number(sum.number() + request.number());
  }
  env.stopped.count_down();
  co_return sum;
}

namespace {

// Reads on while the other coroutine writes: neither waits for the other.
Task<Status> ReadAll(Reader<v1::Probe>& reader, int64_t& sum) {
  v1::Probe request;
  for (;;) {
    CO_TRY(bool more, co_await reader.Read(request));
    if (!more) co_return OkStatus();
    sum += request.number();
  }
}

Task<Status> WriteMany(Writer<v1::Probe>& writer, int64_t count) {
  v1::Probe reply;
  for (int64_t i = 0; i < count; ++i) {
    reply.set_number(i);
    CO_TRY(co_await writer.Write(reply));
  }
  co_return OkStatus();
}

}  // namespace

// The first message says how many to write; what comes besides is summed up meanwhile.
Task<Status> Converse(ProbeEnv& env, CallContext& call, Reader<v1::Probe>& reader,
                      Writer<v1::Probe>& writer) {
  v1::Probe first;
  CO_TRY(bool more, co_await reader.Read(first));
  if (!more) co_return OkStatus();
  if (first.act() == "wait") CO_TRY(co_await WaitForTheEnd(env, call));
  int64_t sum = 0;
  Scope scope(call.task());
  scope.Spawn(ReadAll(reader, sum));
  scope.Spawn(WriteMany(writer, first.number()));
  CO_TRY(co_await scope.Join());
  v1::Probe last;
  last.set_act("sum");
  last.set_number(sum);
  CO_TRY(co_await writer.Write(last));
  co_return OkStatus();
}

}  // namespace minato::probe
