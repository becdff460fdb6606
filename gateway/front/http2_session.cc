#include "gateway/front/http2_session.h"

#include <vector>

#include "gateway/front/http2_stream.h"
#include "http/http2_server.h"
#include "runtime/event.h"
#include "runtime/scope.h"
#include "telemetry/log.h"

namespace minato::gateway {
namespace {

// Of one write, and of what may wait in the connection while streams have more.
constexpr size_t kWriteBytesMax = 128 * 1024;

// How long a client may take to answer the announcement of the end.
constexpr absl::Duration kGoAwayPatience = absl::Seconds(1);

class Http2Session final : private http::Http2Server::Events {
 public:
  // `context`: of the task that runs it.
  Http2Session(Connection& connection, RequestHandler& handler, const FrontLimits& limits, const TaskContext& context)
      : connection_(connection), home_(connection.home()), handler_(handler), limits_(limits), context_(context),
        server_(*this, limits.http2, connection.home().Now()), receiving_(context.cancel) {}
  ~Http2Session() { home_.timers().Disarm(watch_); }

  Task<void> Run();

 private:
  // What looks after the connection's time: armed as long as it is open, and never later than the next bound.
  struct Watch : Timer {
    explicit Watch(Http2Session& session) : Timer(&OnFire), session(session) {}
    static void OnFire(Timer& timer) { static_cast<Watch&>(timer).session.LookAtTheClock(); }
    Http2Session& session;
    absl::Time armed_for;
  };

  static Task<void> Receive(Http2Session& session, Scope& requests);
  static Task<void> Send(Http2Session& session);
  static Task<void> ServeOne(Http2Session& session, http::Http2ServerStream& codec);

  void OnRequest(http::Http2ServerStream& codec) override { arrived_.push_back(&codec); }
  void OnReceived(http::Http2ServerStream& codec) override {
    if (codec.owner != nullptr) static_cast<Http2Stream*>(codec.owner)->OnReceived();
  }
  void OnTaken(http::Http2ServerStream& codec) override {
    if (codec.owner != nullptr) static_cast<Http2Stream*>(codec.owner)->OnTaken();
  }
  void OnClosed(http::Http2ServerStream& codec) override {
    if (codec.owner != nullptr) static_cast<Http2Stream*>(codec.owner)->OnClosed();
  }

  void StartArrived(Scope& requests);
  void BeginDrain();
  void NoteTime();
  void LookAtTheClock();
  void WatchUntil(absl::Time when);
  void StopReceiving() { receiving_.Cancel(Cancelled("the connection ends")); }

  Connection& connection_;
  Executor& home_;
  RequestHandler& handler_;
  const FrontLimits& limits_;
  const TaskContext& context_;
  http::Http2Server server_;
  std::vector<http::Http2ServerStream*> arrived_;  // and not started
  Event to_send_;
  CancelSource receiving_;
  bool broken_ = false;  // the client's fault
  bool drain_begun_ = false;
  size_t requests_ = 0;

  Watch watch_{*this};
  bool in_the_middle_ = false;
  bool idle_ = false;
  absl::Time head_deadline_ = absl::InfiniteFuture();
  absl::Time idle_deadline_ = absl::InfiniteFuture();
  absl::Time stalled_look_ = absl::InfiniteFuture();
  absl::Time goaway_deadline_ = absl::InfiniteFuture();
};

// Sends what has gathered, together, once the coroutines that are ready have run.
Task<void> Http2Session::Send(Http2Session& session) {
  Connection& connection = session.connection_;
  for (;;) {
    const Status more = co_await session.to_send_.Wait();
    if (!more.ok()) co_return;
    session.to_send_.Reset();
    while (session.server_.wants_to_send()) {
      const Status room = co_await connection.OutputBelow(kWriteBytesMax / 2);
      if (!room.ok()) co_return;
      session.server_.Send(connection.output(), kWriteBytesMax);
      connection.StartSending();
    }
    session.NoteTime();
    if (session.server_.done()) session.StopReceiving();
  }
}

Task<void> Http2Session::ServeOne(Http2Session& session, http::Http2ServerStream& codec) {
  const TaskContext& outer = co_await CurrentContext();
  CancelSource cancel(outer.cancel);
  const TaskContext context{outer.home, cancel.token(), outer.deadline};
  Http2Stream stream(session.server_, codec, session.connection_, session.limits_, session.to_send_, cancel);
  const http::Http1Error& error = codec.head().error();
  if (error.fault != http::Http1Fault::kNone) {
    stream.Refuse(RefusalOf(session.limits_.style, error));
    const absl::Time now = session.home_.Now();
    session.handler_.Refused({.why = WhyOf(error.fault),
                              .head = HasHead(error.fault) ? &stream.head() : nullptr,
                              .protocol = "HTTP/2",
                              .peer = session.connection_.peer(),
                              .local_address = session.connection_.LocalAddress(),
                              .filter_chain = session.connection_.filter_chain(),
                              .begin = now,
                              .end = now,
                              .status = stream.response_status(),
                              .body_bytes = stream.response_bytes()});
  } else {
    co_await InContext<void>(context, session.handler_.Serve(stream));
  }
  stream.Finish();
  session.server_.Release(codec);
  session.to_send_.Set();  // the rest of the request may be called off
}

// What came and went at once is not served.
void Http2Session::StartArrived(Scope& requests) {
  for (size_t i = 0; i < arrived_.size(); ++i) {
    if (arrived_[i]->closed()) {
      server_.Release(*arrived_[i]);
    } else {
      requests.Spawn(ServeOne(*this, *arrived_[i]));
    }
  }
  requests_ += arrived_.size();
  arrived_.clear();
  if (limits_.requests_max != 0 && requests_ >= limits_.requests_max && !drain_begun_) BeginDrain();
}

void Http2Session::BeginDrain() {
  drain_begun_ = true;
  server_.BeginGoAway();
  goaway_deadline_ = home_.Now() + kGoAwayPatience;
  WatchUntil(goaway_deadline_);
  to_send_.Set();
}

Task<void> Http2Session::Receive(Http2Session& session, Scope& requests) {
  Connection& connection = session.connection_;
  session.to_send_.Set();  // our SETTINGS
  for (;;) {
    const std::string_view input = connection.input();
    if (!input.empty()) {
      session.broken_ = !session.server_.Receive(input, session.home_.Now());
      connection.Consume(input.size());
      session.StartArrived(requests);
      if (session.server_.wants_to_send()) session.to_send_.Set();
      session.NoteTime();
      if (session.broken_ || session.server_.done()) co_return;
    }
    connection.Release();
    const auto waits = session.drain_begun_               ? Connection::Waits::kUninterrupted
                       : session.server_.open_streams() > 0 ? Connection::Waits::kInterruptibly
                                                            : Connection::Waits::kIdle;
    const auto arrival = co_await Connection::ReadMore(connection, absl::InfiniteFuture(), waits);
    if (arrival == Connection::Arrival::kBytes) continue;
    if (arrival == Connection::Arrival::kClosed || session.receiving_.cancelled() || session.drain_begun_) co_return;
    session.BeginDrain();
  }
}

// Called when something may have changed about what the connection waits for.
void Http2Session::NoteTime() {
  const bool in_the_middle = server_.in_the_middle();
  if (in_the_middle != in_the_middle_) {
    in_the_middle_ = in_the_middle;
    head_deadline_ = in_the_middle ? home_.Now() + limits_.head_timeout : absl::InfiniteFuture();
    WatchUntil(head_deadline_);
  }
  const bool idle = server_.open_streams() == 0;
  if (idle != idle_) {
    idle_ = idle;
    const absl::Time now = home_.Now();
    idle_deadline_ = idle ? now + limits_.idle_timeout : absl::InfiniteFuture();
    if (!idle && stalled_look_ == absl::InfiniteFuture()) stalled_look_ = now + limits_.write_timeout;
    WatchUntil(std::min(idle_deadline_, stalled_look_));
  }
}

void Http2Session::WatchUntil(absl::Time when) {
  if (when == absl::InfiniteFuture() || (watch_.armed() && watch_.armed_for <= when)) return;
  home_.timers().Disarm(watch_);
  watch_.armed_for = when;
  home_.timers().Arm(watch_, when);
}

void Http2Session::LookAtTheClock() {
  const absl::Time now = home_.Now();
  if (now >= goaway_deadline_) {
    goaway_deadline_ = absl::InfiniteFuture();
    server_.FinishGoAway();
    to_send_.Set();
  }
  if (now >= stalled_look_) {
    server_.ResetStalled();
    stalled_look_ = server_.open_streams() > 0 ? now + limits_.write_timeout : absl::InfiniteFuture();
    to_send_.Set();
  }
  if (now >= idle_deadline_ || now >= head_deadline_) {
    idle_deadline_ = head_deadline_ = absl::InfiniteFuture();
    server_.Terminate();
    StopReceiving();
    return;
  }
  WatchUntil(std::min({goaway_deadline_, stalled_look_, idle_deadline_, head_deadline_}));
}

Task<void> Http2Session::Run() {
  Scope requests(context_);
  Scope sending(home_);
  NoteTime();
  sending.Spawn(Send(*this));
  const TaskContext while_receiving{&home_, receiving_.token(), context_.deadline};
  co_await InContext<void>(while_receiving, Receive(*this, requests));

  if (broken_) Log::Info("http2 {}: {}", connection_.peer(), server_.fault());
  requests.Cancel(Cancelled("the client went away"));
  const Status ended = co_await requests.Join();
  sending.Cancel(Cancelled("the connection ends"));
  const Status sent = co_await sending.Join();
  if (!connection_.gone()) {
    if (!server_.done()) server_.Terminate();
    server_.Send(connection_.output(), kWriteBytesMax);
    co_await connection_.LingerBriefly();
  }
  co_await connection_.Close();
}

}  // namespace

Task<void> ServeHttp2(Connection& connection, RequestHandler& handler, const FrontLimits& limits) {
  const TaskContext& context = co_await CurrentContext();
  Http2Session session(connection, handler, limits, context);
  co_await session.Run();
}

}  // namespace minato::gateway
