// HTTP/2 clients that reset streams, break connections with streams on them, and read late; otherwise as bad_client.
//   bad_http2_client --port=8080 --seed=7 --requests=100000
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <fmt/format.h>

#include "http/http2_client.h"
#include "tests/fault/storm_requests.h"

ABSL_FLAG(int, port, 0, "of the gateway, on 127.0.0.1");
ABSL_FLAG(uint64_t, seed, 1, "of the requests and of the clients' manners");
ABSL_FLAG(int64_t, requests, 20'000, "how many");
ABSL_FLAG(int, connections, 8, "at a time");
ABSL_FLAG(int, streams, 16, "on each connection");

namespace minato::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAnswerPatience = std::chrono::seconds(60);
constexpr uint64_t kResetEveryStreams = 30;
constexpr uint64_t kBreakEveryTurns = 2'000;
constexpr uint64_t kReadLateEveryTurns = 100;
constexpr int kReadLateMsMax = 30;
constexpr uint32_t kCancel = 8;
constexpr uint32_t kRefusedStream = 7;

class Call final : public http::Http2ClientStream {
 public:
  Call(Request asked, http::Http2Client& its_session) : request(std::move(asked)), session(its_session) {}

  const Request request;
  http::Http2Client& session;
  const Clock::time_point began = Clock::now();
  bool resets = false;  // the client, at some time before the answer is whole
  int status = 0;
  std::string body;
  std::optional<http::Http2StreamEnd> end;
  uint32_t error_code = 0;

 private:
  void OnHead(int answered, http::Headers, bool) override { status = answered; }
  void OnDataFrame() override {}
  void OnData(std::string_view piece) override {
    body += piece;
    session.Consume(*this, piece.size());
  }
  void OnEnd(http::Headers) override {}
  void OnSent() override {}
  void OnClosed(http::Http2StreamEnd how, uint32_t code) override {
    end = how;
    error_code = code;
  }
};

class Client {
 public:
  Client(Draw& draw, Tally& tally) : draw_(draw), tally_(tally) { Connect(); }
  ~Client() { Disconnect(false); }

  bool idle() const { return calls_.empty() && again_.empty(); }
  int fd() const { return fd_; }
  short events(Clock::time_point now) const {
    return static_cast<short>((now >= reads_from_ ? POLLIN : 0) | (out_.empty() ? 0 : POLLOUT));
  }

  // Starts what may be started, with new ids from `id` on. Answers how many are new.
  int64_t Begin(int64_t id, int64_t at_most) {
    if (!session_->accepts_streams() && calls_.empty()) Reconnect();
    int64_t begun = 0;
    while (calls_.size() < static_cast<size_t>(absl::GetFlag(FLAGS_streams)) && session_->CanSubmit()) {
      if (!again_.empty()) {
        Submit(std::move(again_.front()));
        again_.pop_front();
      } else if (begun < at_most) {
        Submit(draw_.NextRequest(id + begun++));
      } else {
        break;
      }
    }
    Write();
    return begun;
  }

  void OnEvents(short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) Read();
    Write();
  }

  // What the client does by itself, once in a while.
  void Misbehave(Clock::time_point now) {
    for (auto call = calls_.begin(); call != calls_.end();) {
      if (now > call->began + kAnswerPatience) Fail(*call, "no answer");
      if (call->resets && draw_.Below(4) == 0) {
        session_->Reset(*call, kCancel);
        ++tally_.given_up;
        call = calls_.erase(call);
      } else {
        ++call;
      }
    }
    if (!calls_.empty() && draw_.Below(kBreakEveryTurns) == 0) {
      session_->Abandon(http::Http2StreamEnd::kConnectionGone);
      tally_.given_up += static_cast<int64_t>(calls_.size());
      calls_.clear();
      Disconnect(draw_.Below(2) == 0);
      Connect();
    }
    if (draw_.Below(kReadLateEveryTurns) == 0) {
      reads_from_ = now + std::chrono::milliseconds(draw_.Below(kReadLateMsMax));
    }
  }

 private:
  void Connect() {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(absl::GetFlag(FLAGS_port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fmt::print(stderr, "bad_http2_client: cannot connect\n");
      std::exit(1);
    }
    session_ = std::make_unique<http::Http2Client>(http::Http2ClientOptions());
    out_.clear();
    Write();
  }

  void Disconnect(bool reset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd_);
  }

  void Reconnect() {
    Disconnect(false);
    Connect();
  }

  void Submit(Request request) {
    Call& call = calls_.emplace_back(std::move(request), *session_);
    call.resets = draw_.Below(kResetEveryStreams) == 0;
    const std::vector<std::pair<std::string_view, std::string_view>> headers = {
        {"content-type", "application/json"}};
    const bool posts = !call.request.body.empty();
    session_->Submit(call,
                     {.method = call.request.method(),
                      .scheme = "http",
                      .authority = "fault",
                      .path = call.request.target,
                      .headers = absl::MakeConstSpan(headers).subspan(0, posts ? 1 : 0)},
                     !posts);
    if (!posts) return;
    session_->Write(call, call.request.body);
    session_->End(call, http::Headers());
  }

  void Write() {
    while (session_->Produce(out_, 64 << 10) || !out_.empty()) {
      const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent < 0) return out_.clear();  // Read will tell
      out_.erase(0, static_cast<size_t>(sent));
    }
  }

  void Read() {
    char buffer[65536];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0) {
      const Status fed = session_->Feed({buffer, static_cast<size_t>(got)});
      if (!fed.ok()) FailConnection(std::string(fed.message()));
    } else {
      session_->Abandon(http::Http2StreamEnd::kConnectionGone);
    }
    TakeEnded();
    if (got <= 0) Reconnect();
  }

  void TakeEnded() {
    for (auto call = calls_.begin(); call != calls_.end();) {
      if (!call->end) {
        ++call;
        continue;
      }
      Take(*call);
      call = calls_.erase(call);
    }
  }

  void Take(Call& call) {
    switch (*call.end) {
      case http::Http2StreamEnd::kComplete:
        if (!call.request.Admits(call.status, call.body)) Fail(call, "wrong answer");
        ++tally_.by_status[call.status];
        return;
      case http::Http2StreamEnd::kRemoteReset:
        if (call.error_code == kRefusedStream && call.status == 0) {
          ++tally_.sent_again;
          again_.push_back(call.request);
          return;
        }
        if (call.request.kind != Request::Kind::kStream || call.status != 200) Fail(call, "reset");
        ++tally_.cut_streams;
        return;
      case http::Http2StreamEnd::kProtocolError:
        return Fail(call, "protocol error");
      case http::Http2StreamEnd::kConnectionGone:
        return Fail(call, "the connection was closed");
    }
  }

  [[noreturn]] static void Fail(const Call& call, std::string_view what) {
    fmt::print(stderr, "bad_http2_client: {} (error {}): {}, answered {} {}\n", what, call.error_code,
               call.request.target, call.status, call.body.substr(0, 300));
    std::exit(1);
  }
  [[noreturn]] static void FailConnection(const std::string& what) {
    fmt::print(stderr, "bad_http2_client: {}\n", what);
    std::exit(1);
  }

  Draw& draw_;
  Tally& tally_;
  int fd_ = -1;
  std::unique_ptr<http::Http2Client> session_;
  std::list<Call> calls_;
  std::deque<Request> again_;
  std::string out_;
  Clock::time_point reads_from_;
};

int Run() {
  Draw draw(absl::GetFlag(FLAGS_seed));
  Tally tally;
  std::deque<Client> clients;
  for (int i = 0; i < absl::GetFlag(FLAGS_connections); ++i) clients.emplace_back(draw, tally);
  const int64_t requests = absl::GetFlag(FLAGS_requests);
  int64_t begun = 0;
  std::vector<pollfd> polled(clients.size());
  for (bool busy = true; busy;) {
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < clients.size(); ++i) {
      clients[i].Misbehave(now);
      begun += clients[i].Begin(begun + 1, requests - begun);
      polled[i] = {.fd = clients[i].fd(), .events = clients[i].events(now), .revents = 0};
    }
    poll(polled.data(), polled.size(), 5);
    busy = begun < requests;
    for (size_t i = 0; i < clients.size(); ++i) {
      if (polled[i].revents != 0) clients[i].OnEvents(polled[i].revents);
      busy |= !clients[i].idle();
    }
  }
  return tally.Report(requests);
}

}  // namespace
}  // namespace minato::fault

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return minato::fault::Run();
}
