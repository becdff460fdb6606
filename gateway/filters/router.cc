#include "gateway/filters/router.h"

#include <algorithm>
#include <optional>

#include <absl/base/attributes.h>
#include <absl/random/random.h>
#include <absl/strings/numbers.h>

#include "gateway/filters/answer_time.h"
#include "gateway/filters/local_reply.h"
#include "gateway/filters/noted_call.h"
#include "gateway/filters/noted_head.h"
#include "gateway/filters/redirect.h"
#include "gateway/filters/repeated_headers.h"
#include "gateway/filters/retry_rules.h"
#include "gateway/filters/stream_duration.h"
#include "gateway/http_status.h"
#include "runtime/check.h"
#include "runtime/scope.h"
#include "runtime/sleep.h"

namespace minato::gateway {
namespace {

using config::RetryPolicy;

const std::string& ClusterOf(const config::RouteAction& action) {
  if (action.weighted_clusters.empty()) return action.cluster;
  uint64_t sum = 0;
  for (const config::ClusterWeight& cluster : action.weighted_clusters) sum += cluster.weight;
  thread_local absl::InsecureBitGen random;
  uint64_t drawn = absl::Uniform<uint64_t>(random, 0, sum);
  auto cluster = action.weighted_clusters.begin();
  while (drawn >= cluster->weight) drawn -= (cluster++)->weight;
  return cluster->name;
}

bool TellsLocation(uint32_t status) { return status == 201 || (status >= 300 && status < 400); }

}  // namespace

// One request on its way: attempts, one after another, until one's answer goes to the client.
class Router::Request {
 public:
  Request(const Router& router, ClientStream& stream, RouteChoice& choice, const config::RouteAction& action,
          const Target& target, const TaskContext& context)
      : router_(router), stream_(stream), choice_(choice), action_(action), target_(target), log_(choice.access_log()),
        retry_(RetryOf(choice, action)), keep_body_(retry_ != nullptr),
        time_(context, router.options_.request_timeout,
              action.idle_timeout.value_or(router.options_.stream_idle_timeout)),
        duration_(StreamDurationOf(stream.head(), action, router.options_.max_stream_duration)) {
    time_.LimitStream(duration_.max);
  }

  enum class Outcome { kAnswered, kRetry };

  // Both run in context().
  Task<Outcome> Attempt();
  Task<void> Retry();
  const TaskContext& context() const { return time_.context(); }

 private:
  static const RetryPolicy* RetryOf(const RouteChoice& choice, const config::RouteAction& action) {
    if (action.retry_policy.has_value()) return &*action.retry_policy;
    const config::VirtualHost& host = *choice.virtual_host();
    return host.retry_policy.has_value() ? &*host.retry_policy : nullptr;
  }

  void EndBody() {
    body_ended_ = true;
    completed_ = time_.context().home->Now();
    time_.RequestComplete(action_.timeout);
  }
  // Apart from Attempt, so that the head that goes upstream takes no room in a request that waits.
  ABSL_ATTRIBUTE_NOINLINE std::unique_ptr<HttpCall> StartCall(bool ends);
  Task<Outcome> Exchange(HttpCall& call);
  Task<Outcome> ExchangeBesideBody(HttpCall& call);
  // Sends what is kept, then what still comes. An error is the client's; a call that takes no more is not one.
  Task<Status> SendBody(HttpCall& call);
  Task<void> Pump(HttpCall& call);
  Task<Outcome> Answer(HttpCall& call, HttpResponseHead head);
  Task<Outcome> FailBeforeHead(HttpCall& call, const Status& error);
  // Why there is no further attempt, if there is a policy for one.
  void NoteNoRetry();
  void NoteTimeout();
  void NoteFailure(const HttpCall& call);
  Status TimeoutError() const;
  // Why the answer ends in its middle.
  Status ErrorBehindHead(const Status& read) const;
  bool MayRetry() const {
    return retry_ != nullptr && keep_body_ && body_ended_ && retries_ < retry_->num_retries &&
           ClusterStats::Get(target_.stats->upstream_rq_retry_active) < target_.max_retries;
  }

  const Router& router_;
  ClientStream& stream_;
  RouteChoice& choice_;
  const config::RouteAction& action_;
  const Target& target_;
  AccessLogRecord* const log_;  // nullptr: there is none
  const RetryPolicy* retry_;  // nullptr: none, or it is too late for one

  bool keep_body_;
  bool body_ended_ = false;
  std::string kept_body_;
  Status body_error_;
  uint32_t retries_ = 0;
  absl::Time completed_;  // once body_ended_
  std::string request_id_;  // that of all attempts, where it is made here
  AnswerTime time_;
  const StreamDuration duration_;
};

Task<void> Router::Serve(ClientStream& stream, RouteChoice& route) {
  if (route.route() == nullptr) {
    co_await NoRoute(stream, route, stream.head().path());
    co_return;
  }
  if (!route.goes_to_cluster()) {
    co_await AnswerByRoute(stream, route);
    co_return;
  }
  const auto& action = std::get<config::RouteAction>(route.route()->action);
  const std::string& name = ClusterOf(action);
  const auto cluster = clusters_.find(name);
  CHECK(cluster != clusters_.end(), "route to a cluster that does not exist: {}", name);
  if (route.access_log() != nullptr) route.access_log()->upstream_cluster = name;
  const TaskContext& context = co_await CurrentContext();
  Request request(*this, stream, route, action, cluster->second, context);
  const auto outcome = co_await InContext<Request::Outcome>(request.context(), request.Attempt());
  if (outcome == Request::Outcome::kRetry) co_await InContext<void>(request.context(), request.Retry());
}

Task<void> Router::AnswerByRoute(ClientStream& stream, const RouteChoice& choice) const {
  const RequestHead& head = stream.head();
  const config::Route& route = *choice.route();
  const std::string_view proto = ForwardedProto(head, stream.encrypted());
  const std::string_view scheme = SchemeFor(head, proto, stream.encrypted());
  http::Headers headers;
  if (const auto* const redirect = std::get_if<config::RedirectAction>(&route.action)) {
    const auto rewritten = RewrittenTarget(route.match, redirect->prefix_rewrite, head.target());
    const std::string_view target = rewritten.has_value() ? std::string_view(*rewritten) : head.target();
    headers.Add("location", LocationOf(head, scheme, proto, target, *redirect));
    MutateResponse(choice, headers);
    return LocalReply(stream, choice, static_cast<int>(redirect->response_code), "", std::move(headers));
  }
  const auto& direct = std::get<config::DirectResponseAction>(route.action);
  // Who is told to look elsewhere, or that something was made, is told where: at the same place.
  if (TellsLocation(direct.status)) headers.Add("location", LocationOf(head, scheme, proto, head.target(), {}));
  MutateResponse(choice, headers);
  return LocalReply(stream, choice, static_cast<int>(direct.status), direct.body, std::move(headers));
}

Task<void> Router::Request::Retry() {
  Outcome outcome = Outcome::kRetry;
  while (outcome == Outcome::kRetry) {
    // Doubles from attempt to attempt, as in Envoy, but without its random share.
    const absl::Duration longest = retry_->max_interval.value_or(retry_->base_interval * 10);
    const Status slept = co_await Sleep(std::min(longest, retry_->base_interval * (1 << std::min(retries_, 10u))));
    ++retries_;
    ClusterStats::Add(target_.stats->upstream_rq_retry_active);
    outcome = co_await Attempt();
    ClusterStats::Subtract(target_.stats->upstream_rq_retry_active);
  }
}

std::unique_ptr<HttpCall> Router::Request::StartCall(bool ends) {
  const UpstreamHead head(stream_.head(), stream_.encrypted(), choice_, action_,
                          {.generate_request_id = router_.options_.generate_request_id,
                           .grpc_timeout = duration_.tells_upstream ? duration_.max : absl::InfiniteDuration()},
                          request_id_);
  if (log_ != nullptr) NoteRequest(*log_, head.view());
  return target_.http->Start(head.view(), ends);
}

Task<Router::Request::Outcome> Router::Request::Attempt() {
  const bool has_body = stream_.HasBody();
  const std::unique_ptr<HttpCall> call = StartCall(!has_body);
  const NotedCall noted(log_, *call);
  if (!has_body && !body_ended_) EndBody();
  // Nobody to send it to: as in Envoy, that is answered whatever the body says.
  if (call->failure() != UpstreamFailure::kNone) co_return co_await Exchange(*call);
  if (has_body && (body_ended_ || stream_.BodyArrived())) {
    body_error_ = co_await SendBody(*call);
    if (!body_error_.ok()) co_return co_await FailBeforeHead(*call, body_error_);
  }
  if (body_ended_) co_return co_await Exchange(*call);
  co_return co_await ExchangeBesideBody(*call);
}

Task<Router::Request::Outcome> Router::Request::ExchangeBesideBody(HttpCall& call) {
  Scope scope(co_await CurrentContext());
  scope.Spawn(Pump(call));
  const Outcome outcome = co_await Exchange(call);
  scope.Cancel(Cancelled("the answer is complete"));
  const Status pumped = co_await scope.Join();
  co_return outcome;
}

Task<Status> Router::Request::SendBody(HttpCall& call) {
  if (!kept_body_.empty()) {
    const Status sent = co_await call.Write(kept_body_);
    if (!sent.ok()) co_return OkStatus();
  }
  while (!body_ended_) {
    CO_TRY(std::optional<std::string_view> piece, co_await stream_.ReadPiece());
    time_.Heard();
    if (!piece.has_value()) {
      EndBody();
      break;
    }
    keep_body_ = keep_body_ && kept_body_.size() + piece->size() <= router_.options_.retry_buffer_bytes_max;
    if (keep_body_) kept_body_ += *piece;
    const Status sent = co_await call.Write(*piece);
    if (!sent.ok()) co_return OkStatus();
  }
  call.End(stream_.request_trailers());
  co_return OkStatus();
}

// Beside the wait for the answer. A body that fails ends that wait.
Task<void> Router::Request::Pump(HttpCall& call) {
  body_error_ = co_await SendBody(call);
  if (!body_error_.ok()) time_.Abandon();
}

Task<Router::Request::Outcome> Router::Request::Exchange(HttpCall& call) {
  const auto limit = retry_ == nullptr ? std::nullopt : retry_->per_try_timeout;
  const TaskContext try_context = time_.BeginTry(limit.value_or(absl::ZeroDuration()));
  for (;;) {
    StatusOr<HttpResponseHead> head = co_await InContext<StatusOr<HttpResponseHead>>(try_context, call.ReadHead());
    if (!head.ok() || head->status >= 200) time_.EndTry();
    if (!head.ok()) co_return co_await FailBeforeHead(call, head.status());
    time_.Heard();
    if (log_ != nullptr) log_->upstream_start = time_.context().home->clock().Now();
    JoinRepeated(head->headers);
    if (head->status < 200) {  // Envoy passes none but 100 on, and has sent that itself
      // As in Envoy: the answer has begun. 102 and 103 are interim answers to it, others are not.
      if (head->status == 100 || head->status == 102 || head->status == 103) retry_ = nullptr;
      continue;
    }
    if (MayRetry() && RetriesAnswer(*retry_, *head)) {
      co_return Outcome::kRetry;
    }
    if (log_ != nullptr && retry_ != nullptr && RetriesAnswer(*retry_, *head)) NoteNoRetry();
    co_return co_await Answer(call, *std::move(head));
  }
}

void Router::Request::NoteNoRetry() {
  if (retries_ >= retry_->num_retries) {
    log_->flags.Add(ResponseFlag::kUpstreamRetryLimitExceeded);
  } else if (keep_body_ && body_ended_) {
    log_->flags.Add(ResponseFlag::kUpstreamOverflow);
  }
}

void Router::Request::NoteTimeout() {
  if (log_ == nullptr) return;
  // Of these two Envoy says nothing.
  if (time_.passed() == AnswerTime::Passed::kRequest || time_.passed() == AnswerTime::Passed::kStream) return;
  const bool silence = time_.passed() == AnswerTime::Passed::kSilence;
  log_->flags.Add(silence ? ResponseFlag::kStreamIdleTimeout : ResponseFlag::kUpstreamRequestTimeout);
}

void Router::Request::NoteFailure(const HttpCall& call) {
  if (log_ == nullptr) return;
  if (retry_ != nullptr && RetriesFailure(*retry_, call.failure())) NoteNoRetry();
  if (const auto flag = FlagOf(call.failure())) log_->flags.Add(*flag);
}

Status Router::Request::TimeoutError() const {
  switch (time_.passed()) {
    case AnswerTime::Passed::kRequest:
      return WithHttpStatus(DeadlineExceeded("request timeout"), 408);
    case AnswerTime::Passed::kSilence:
      return WithHttpStatus(DeadlineExceeded("stream timeout"), time_.request_complete() ? 504 : 408);
    case AnswerTime::Passed::kStream:
      return WithHttpStatus(DeadlineExceeded("downstream duration timeout"), time_.request_complete() ? 504 : 408);
    default:
      return DeadlineExceeded("upstream request timeout");
  }
}

Status Router::Request::ErrorBehindHead(const Status& read) const {
  if (time_.passed() != AnswerTime::Passed::kNothing) return TimeoutError();
  if (!body_error_.ok()) return body_error_;
  return Unavailable("the upstream's answer broke off: {}", MessageOf(read));
}

Task<Router::Request::Outcome> Router::Request::FailBeforeHead(HttpCall& call, const Status& error) {
  if (stream_.response_status() != 0) co_return Outcome::kAnswered;  // a filter did, for a body that is none
  if (!body_error_.ok() && time_.passed() == AnswerTime::Passed::kNothing) {
    co_await LocalError(stream_, choice_, body_error_);
  } else if (time_.passed() != AnswerTime::Passed::kNothing) {
    NoteTimeout();
    http::Headers headers;
    // Of the others gRPC clients learn what the HTTP status says.
    const bool says_code = time_.passed() == AnswerTime::Passed::kStream && choice_.came_as_grpc();
    if (says_code) AddGrpcStatus(static_cast<int>(StatusCode::kDeadlineExceeded), "", headers);
    co_await LocalError(stream_, choice_, TimeoutError(), std::move(headers));
  } else if (time_.try_timed_out()) {
    if (MayRetry() && RetriesTimeout(*retry_)) co_return Outcome::kRetry;
    if (log_ != nullptr && retry_ != nullptr && RetriesTimeout(*retry_)) NoteNoRetry();
    NoteTimeout();
    co_await LocalError(stream_, choice_, TimeoutError());
  } else if (call.failure() == UpstreamFailure::kNoHealthyHost) {
    NoteFailure(call);
    co_await LocalError(stream_, choice_, Unavailable("no healthy upstream"));
  } else if (MayRetry() && RetriesFailure(*retry_, call.failure())) {
    co_return Outcome::kRetry;
  } else {
    NoteFailure(call);
    http::Headers headers;
    if (call.failure() == UpstreamFailure::kOverflow) headers.Add("x-envoy-overloaded", "true");
    const Status lost = Unavailable("upstream connect error or disconnect/reset before headers. {}reset reason: {}",
                                    retries_ > 0 ? "retried and the latest " : "", MessageOf(error));
    const bool no_http = call.failure() == UpstreamFailure::kProtocolError;
    co_await LocalError(stream_, choice_, no_http ? WithHttpStatus(lost, 502) : lost, std::move(headers));
  }
  co_return Outcome::kAnswered;
}

Task<Router::Request::Outcome> Router::Request::Answer(HttpCall& call, HttpResponseHead from) {
  const TaskContext& context = co_await CurrentContext();
  if (body_ended_) {  // as in Envoy: with all attempts, and of nothing that is still being sent
    from.headers.AddLowered("x-envoy-upstream-service-time",
                            std::to_string(absl::ToInt64Milliseconds(context.home->Now() - completed_)));
  }
  MutateResponse(choice_, from.headers);
  ResponseHead head;
  head.status = from.status;
  if (const auto length = from.headers.Find("content-length")) {
    uint64_t bytes = 0;
    if (absl::SimpleAtoi(absl::string_view(length->data(), length->size()), &bytes)) head.content_length = bytes;
    from.headers.Remove("content-length");
  }
  head.content_type = from.headers.Find("content-type").value_or("");
  if (!head.content_type.empty()) from.headers.Remove("content-type");
  head.headers = std::move(from.headers);

  // Of what is not sent the length may be told all the same.
  const bool is_trailers_only = head.headers.Has("grpc-status");
  const bool tells_length = (head.status == 304 && !is_trailers_only) || stream_.head().method() == "HEAD";
  if (from.ends && !tells_length) {
    head.tells_no_length = true;
    const Status sent = co_await stream_.Respond(head, "");
    co_return Outcome::kAnswered;
  }
  Status written = co_await stream_.StartResponse(head);
  while (written.ok()) {
    if (from.ends) {
      written = co_await stream_.EndResponse();
      break;
    }
    StatusOr<std::optional<std::string_view>> piece = co_await call.Read();
    if (!piece.ok()) {
      if (stream_.response_status() == 0) {  // a filter holds the head until it knows more
        retry_ = nullptr;
        co_return co_await FailBeforeHead(call, piece.status());
      }
      if (time_.passed() != AnswerTime::Passed::kNothing) {
        NoteTimeout();
      } else if (body_error_.ok()) {
        retry_ = nullptr;
        NoteFailure(call);
      }
      co_await stream_.FailResponse(ErrorBehindHead(piece.status()));
      break;
    }
    time_.Heard();
    if (!piece->has_value()) {
      const std::optional<http::Headers> joined = JoinedTrailers(call.trailers());
      written = co_await stream_.EndResponse(joined.has_value() ? *joined : call.trailers());
      break;
    }
    written = co_await stream_.Write(**piece);
  }
  if (!written.ok()) stream_.CutResponse();
  co_return Outcome::kAnswered;
}

}  // namespace minato::gateway
