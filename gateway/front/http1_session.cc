#include "gateway/front/http1_session.h"

#include <algorithm>

#include "gateway/front/http1_refusal.h"
#include "gateway/front/http1_stream.h"
#include "gateway/http_status.h"

namespace minato::gateway {
namespace {

using Event = http::Http1RequestParser::Event;

// Answers a request that has no head to serve it by. Of `told` it is known why, the head, and when it began.
Task<void> Refuse(Connection& connection, RequestHandler& handler, const FrontStyle& style, Refusal refusal,
                  RefusedRequest told) {
  told.peer = connection.peer();
  told.local_address = connection.LocalAddress();
  told.filter_chain = connection.filter_chain();
  told.end = connection.home().Now();
  told.status = refusal.status;
  told.content_type = refusal.content_type;
  told.body_bytes = refusal.body.size();
  handler.Refused(told);
  AppendRefusal(connection.output(), style, refusal, connection.home().Now());
  connection.StartSending();
  co_await connection.LingerBriefly();
}

Task<void> RefuseMalformed(Connection& connection, RequestHandler& handler, const http::Http1Error& error,
                           const Http1Stream& stream, const FrontStyle& style, absl::Time begin) {
  return Refuse(connection, handler, style, RefusalOf(style, error),
                {.why = WhyOf(error.fault),
                 .head = HasHead(error.fault) ? &stream.head() : nullptr,
                 .begin = std::min(begin, connection.home().Now())});
}

Task<void> RefuseLate(Connection& connection, RequestHandler& handler, const FrontLimits& limits, absl::Time begin) {
  const Status late = DeadlineExceeded("the request head was not complete after {} (head_timeout)",
                                       absl::FormatDuration(limits.head_timeout));
  return Refuse(connection, handler, limits.style,
                TimeoutRefusal(limits.style, WithHttpStatus(late, 408), limits.style.late_head),
                {.why = RefusedRequest::Why::kLate, .begin = begin});
}

Task<void> RefuseUpgrade(Connection& connection, RequestHandler& handler, const Http1Stream& stream,
                         const FrontStyle& style) {
  return Refuse(connection, handler, style, UpgradeRefusal(style),
                {.why = RefusedRequest::Why::kNotServed, .head = &stream.head(), .begin = connection.home().Now()});
}

// The next head, for the parser to hold; false when the connection is to be closed.
Task<bool> ReadHead(Connection& connection, RequestHandler& handler, http::Http1RequestParser& parser,
                    const Http1Stream& stream, const FrontLimits& limits) {
  absl::Time head_deadline = absl::InfiniteFuture();
  absl::Time begin = absl::InfiniteFuture();
  for (;;) {
    std::string_view input = connection.input();
    const size_t before = input.size();
    const Event event = parser.Next(input);
    connection.Consume(before - input.size());
    if (event == Event::kHead) co_return true;
    if (event == Event::kError) {
      co_await RefuseMalformed(connection, handler, parser.error(), stream, limits.style, begin);
      co_return false;
    }
    const bool idle = parser.idle();
    if (idle) {
      connection.Release();
      const absl::Time deadline = connection.home().Now() + limits.idle_timeout;
      const auto arrival = co_await Connection::ReadMore(connection, deadline, Connection::Waits::kIdle);
      if (arrival != Connection::Arrival::kBytes) co_return false;
      continue;
    }
    if (head_deadline == absl::InfiniteFuture()) {
      begin = connection.home().Now();
      head_deadline = begin + limits.head_timeout;
    }
    const auto arrival = co_await Connection::ReadMore(connection, head_deadline);
    if (arrival == Connection::Arrival::kClosed || arrival == Connection::Arrival::kInterrupted) co_return false;
    if (arrival == Connection::Arrival::kTimeout) {
      co_await RefuseLate(connection, handler, limits, begin);
      co_return false;
    }
  }
}

bool IsRefusedUpgrade(const http::Http1RequestHead& head, const FrontStyle& style) {
  return !style.upgrades && head.WantsUpgrade();
}

Task<void> ServeOne(Connection& connection, Http1Stream& stream, RequestHandler& handler) {
  const TaskContext& outer = co_await CurrentContext();
  CancelSource cancel(outer.cancel);
  const TaskContext context{outer.home, cancel.token(), outer.deadline};
  connection.CancelWhenGone(&cancel);
  co_await InContext<void>(context, handler.Serve(stream));
  connection.CancelWhenGone(nullptr);
}

}  // namespace

Task<void> ServeHttp1(Connection& connection, RequestHandler& handler, const FrontLimits& limits,
                      const bool& draining) {
  http::Http1RequestParser parser(limits.http1);
  Http1Stream stream(connection, parser, limits);
  for (size_t requests = 1;; ++requests) {
    const bool more = co_await ReadHead(connection, handler, parser, stream, limits);
    if (!more) break;
    if (IsRefusedUpgrade(parser.head(), limits.style)) {
      co_await RefuseUpgrade(connection, handler, stream, limits.style);
      break;
    }
    stream.Begin();
    if (draining || requests == limits.requests_max) stream.CloseAfterwards();
    co_await ServeOne(connection, stream, handler);
    if (stream.upgraded()) co_return;
    const bool another = co_await stream.Finish();
    if (!another) break;
    parser.Restart();
  }
  co_await connection.Close(stream.must_reset());
}

}  // namespace minato::gateway
