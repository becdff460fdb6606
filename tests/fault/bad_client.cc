// HTTP/1.1 clients as they are at their worst: they pipeline, send byte by byte, half-close, go away in the
// middle, read late. Behind the gateway things fail too (bad_wire), so an answer may be an error; but every
// request whose client waits gets exactly one answer, its own, and whole unless it is a stream whose upstream
// broke.
//   bad_client --port=8080 --seed=7 --requests=100000
// Prints what it saw as JSON; exits 1 at the first answer that is wrong, missing or too much.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <fmt/format.h>

#include "tests/fault/answer.h"

ABSL_FLAG(int, port, 0, "of the gateway, on 127.0.0.1");
ABSL_FLAG(uint64_t, seed, 1, "of the requests and of the clients' manners");
ABSL_FLAG(int64_t, requests, 20'000, "how many");
ABSL_FLAG(int, connections, 64, "at a time");

namespace minato::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAnswerPatience = std::chrono::seconds(60);
constexpr size_t kPipelinedMax = 4;
constexpr size_t kEchoBytesMax = 20'000;
constexpr int kStreamMessagesMax = 50;
constexpr int kReadLateMsMax = 30;

// All gateways' answers to failures behind them, and to a call that was asked to fail.
bool IsError(int status) { return status == 404 || (status >= 500 && status <= 504); }

struct Request {
  enum class Kind { kGet, kAskedToFail, kEcho, kStream, kNeverAnswered };
  Kind kind;
  int64_t id;
  int64_t count = 0;  // messages of a stream
  std::string bytes = {};
  std::string body = {};
};

enum class Manner { kPlain, kPipelined, kByteByByte, kHalfCloses, kGoesAway, kReadsLate };

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t end) { return random_() % end; }

  Request NextRequest(int64_t id) {
    Request request{.kind = PickKind(), .id = id};
    std::string target = fmt::format("GET /v1/users/{}", id);
    switch (request.kind) {
      case Request::Kind::kGet: break;
      case Request::Kind::kAskedToFail: target += "?statusCode=5"; break;
      case Request::Kind::kNeverAnswered: target += ":hold"; break;
      case Request::Kind::kStream:
        request.count = 1 + static_cast<int64_t>(Below(kStreamMessagesMax));
        target = fmt::format("GET /v1/users?id={}&count={}", id, request.count);
        break;
      case Request::Kind::kEcho:
        request.body =
            fmt::format(R"({{"id":"{}","title":"{}"}})", id, std::string(1 + Below(kEchoBytesMax), 't'));
        target = "POST /v1/documents";
    }
    request.bytes = target + " HTTP/1.1\r\nhost: fault\r\n";
    if (!request.body.empty()) {
      request.bytes +=
          fmt::format("content-type: application/json\r\ncontent-length: {}\r\n", request.body.size());
    }
    request.bytes += "\r\n" + request.body;
    return request;
  }

  Manner NextManner() {
    const uint64_t drawn = Below(100);
    if (drawn < 5) return Manner::kByteByByte;
    if (drawn < 8) return Manner::kHalfCloses;
    if (drawn < 12) return Manner::kGoesAway;
    if (drawn < 16) return Manner::kReadsLate;
    return drawn < 36 ? Manner::kPipelined : Manner::kPlain;
  }

 private:
  Request::Kind PickKind() {
    const uint64_t drawn = Below(10'000);
    if (drawn < 2) return Request::Kind::kNeverAnswered;
    if (drawn < 300) return Request::Kind::kAskedToFail;
    if (drawn < 1'000) return Request::Kind::kStream;
    return drawn < 3'000 ? Request::Kind::kEcho : Request::Kind::kGet;
  }

  std::mt19937_64 random_;
};

struct Tally {
  std::map<int, int64_t> by_status;
  int64_t cut_streams = 0;       // began, and the upstream broke
  int64_t given_up = 0;          // the client went away or half-closed and got nothing
  int64_t sent_again = 0;        // pipelined behind an answer after which the gateway closes
  int64_t answered() const {
    int64_t sum = 0;
    for (const auto& [status, count] : by_status) sum += count;
    return sum;
  }
};

class Client {
 public:
  Client(Draw& draw, Tally& tally) : draw_(draw), tally_(tally) {}
  ~Client() { Close(false); }

  bool idle() const { return waiting_.empty(); }
  size_t waiting() const { return waiting_.size(); }
  int fd() const { return fd_; }
  short events(Clock::time_point now) const {
    return static_cast<short>((now >= reads_from_ ? POLLIN : 0) | (out_.empty() ? 0 : POLLOUT));
  }

  // Sends the next requests, at most so many; takes their ids from `id` on. Answers how many.
  int64_t Begin(int64_t id, int64_t at_most) {
    manner_ = draw_.NextManner();
    if (fd_ < 0) Connect();
    const size_t count = manner_ == Manner::kPipelined ? 1 + draw_.Below(kPipelinedMax) : 1;
    for (size_t i = 0; i < count && static_cast<int64_t>(i) < at_most; ++i) {
      waiting_.push_back(draw_.NextRequest(id + static_cast<int64_t>(i)));
    }
    const auto began = static_cast<int64_t>(waiting_.size());
    SendWaiting();
    return began;
  }

  void OnEvents(short events) {
    if ((events & POLLOUT) != 0) Write();
    if (fd_ >= 0 && (events & (POLLIN | POLLHUP | POLLERR)) != 0) Read();
  }

  void CheckPatience(Clock::time_point now) {
    if (!waiting_.empty() && now > sent_at_ + kAnswerPatience) Fail("no answer");
  }

  // An idle connection must be silent; it may have been closed.
  void CheckSilence() {
    if (fd_ < 0) return;
    char byte;
    const ssize_t got = recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (got > 0) Fail("bytes behind the last answer");
    if (got == 0 || errno != EAGAIN) Close(false);
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
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Fail("cannot connect");
    reader_ = AnswerReader();
  }

  void Close(bool reset) {
    if (fd_ < 0) return;
    const linger now{.l_onoff = 1, .l_linger = 0};
    if (reset) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd_);
    fd_ = -1;
    out_.clear();
    reads_from_ = {};
  }

  void SendWaiting() {
    for (const Request& request : waiting_) out_ += request.bytes;
    sent_at_ = Clock::now();
    if (manner_ == Manner::kGoesAway) out_.resize(1 + draw_.Below(out_.size()));
    if (manner_ == Manner::kReadsLate) {
      reads_from_ = sent_at_ + std::chrono::milliseconds(draw_.Below(kReadLateMsMax));
    }
    Write();
  }

  void Write() {
    // The first bytes one by one: the head, mostly.
    for (int single = manner_ == Manner::kByteByByte ? 60 : 0; !out_.empty(); --single) {
      const ssize_t sent = send(fd_, out_.data(), single > 0 ? 1 : out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent < 0) out_.clear();  // an answer may have come before the request was whole
      if (sent > 0) out_.erase(0, static_cast<size_t>(sent));
    }
    if (manner_ == Manner::kHalfCloses) shutdown(fd_, SHUT_WR);
    if (manner_ == Manner::kGoesAway) {
      // Sometimes at once, sometimes when the answer is on its way.
      if (draw_.Below(2) == 0) usleep(static_cast<useconds_t>(draw_.Below(1000)));
      tally_.given_up += static_cast<int64_t>(waiting_.size());
      waiting_.clear();
      Close(draw_.Below(2) == 0);
    }
  }

  void Read() {
    char buffer[65536];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0) reader_.Append({buffer, static_cast<size_t>(got)});
    const bool ended = got <= 0;
    bool closes = false;
    while (!closes) {
      const std::optional<Answer> answer = reader_.Next(ended);
      if (reader_.malformed()) Fail("not an HTTP/1.1 answer");
      if (!answer) break;
      if (waiting_.empty()) Fail("an answer that nobody waits for");
      Take(*answer);
      closes = answer->closes;
    }
    if (waiting_.empty() && reader_.HasPart()) Fail("bytes behind the last answer");
    if (closes) return SendAgain();
    if (ended) return OnEnd();
    if (waiting_.empty() && manner_ == Manner::kHalfCloses) Close(false);
  }

  // The gateway closes behind this answer; what was pipelined goes out again.
  void SendAgain() {
    Close(false);
    if (waiting_.empty()) return;
    tally_.sent_again += static_cast<int64_t>(waiting_.size());
    manner_ = Manner::kPlain;
    Connect();
    SendWaiting();
  }

  void OnEnd() {
    if (waiting_.empty()) return Close(false);
    if (waiting_.front().kind == Request::Kind::kStream && reader_.HasHead()) {
      ++tally_.cut_streams;
      waiting_.pop_front();
      return SendAgain();
    }
    if (manner_ != Manner::kHalfCloses || reader_.HasPart()) Fail("closed before the answer was whole");
    tally_.given_up += static_cast<int64_t>(waiting_.size());
    waiting_.clear();
    Close(false);
  }

  void Take(const Answer& answer) {
    const Request& request = waiting_.front();
    if (answer.status == 200 ? !IsRight(request, answer.body) : !IsError(answer.status)) {
      Fail(fmt::format("wrong answer: {} {}", answer.status, answer.body.substr(0, 300)));
    }
    ++tally_.by_status[answer.status];
    waiting_.pop_front();
    sent_at_ = Clock::now();
  }

  static bool IsRight(const Request& request, std::string_view body) {
    switch (request.kind) {
      case Request::Kind::kGet:
        return body.starts_with(UserBegin(request.id)) && body.ends_with('}');
      case Request::Kind::kEcho:
        return body == request.body;
      case Request::Kind::kStream:
        return IsStreamOf(request, body);
      default:
        return false;
    }
  }

  static std::string UserBegin(int64_t id) { return fmt::format(R"({{"id":"{}",)", id); }

  // An array of the first users asked for: a gateway may end it where the upstream ends with an error.
  static bool IsStreamOf(const Request& request, std::string_view body) {
    if (!body.starts_with('[') || !body.ends_with(']')) return false;
    int64_t count = 0;
    for (size_t at = body.find(R"({"id":)"); at != body.npos; at = body.find(R"({"id":)", at + 1), ++count) {
      if (!body.substr(at).starts_with(UserBegin(request.id + count))) return false;
    }
    return count <= request.count;
  }

  [[noreturn]] void Fail(std::string_view what) const {
    fmt::print(stderr, "bad_client: {}; manner {}, {} waiting, the first: {}\nreceived besides: {}\n",
               what, static_cast<int>(manner_), waiting_.size(),
               waiting_.empty() ? "" : waiting_.front().bytes.substr(0, 200), reader_.rest().substr(0, 500));
    std::exit(1);
  }

  Draw& draw_;
  Tally& tally_;
  int fd_ = -1;
  Manner manner_ = Manner::kPlain;
  std::deque<Request> waiting_;
  std::string out_;
  AnswerReader reader_;
  Clock::time_point sent_at_;
  Clock::time_point reads_from_;
};

void Print(const Tally& tally, int64_t requests) {
  fmt::print(R"({{"requests": {}, "answered": {}, "cut_streams": {}, "given_up": {}, "sent_again": {})",
             requests, tally.answered(), tally.cut_streams, tally.given_up, tally.sent_again);
  for (const auto& [status, count] : tally.by_status) fmt::print(R"(, "status_{}": {})", status, count);
  fmt::print("}}\n");
}

int Run() {
  Draw draw(absl::GetFlag(FLAGS_seed));
  Tally tally;
  std::deque<Client> clients;
  for (int i = 0; i < absl::GetFlag(FLAGS_connections); ++i) clients.emplace_back(draw, tally);
  const int64_t requests = absl::GetFlag(FLAGS_requests);
  int64_t begun = 0;
  std::vector<pollfd> polled(clients.size());
  for (bool busy = true; busy;) {
    busy = false;
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < clients.size(); ++i) {
      Client& client = clients[i];
      while (client.idle() && begun < requests) {
        client.CheckSilence();
        begun += client.Begin(begun + 1, requests - begun);
      }
      client.CheckPatience(now);
      busy |= !client.idle();
      polled[i] = {.fd = client.idle() ? -1 : client.fd(), .events = client.events(now), .revents = 0};
    }
    poll(polled.data(), polled.size(), 5);
    for (size_t i = 0; i < clients.size(); ++i) {
      if (polled[i].revents != 0) clients[i].OnEvents(polled[i].revents);
    }
  }
  for (Client& client : clients) client.CheckSilence();
  Print(tally, requests);
  const int64_t accounted = tally.answered() + tally.cut_streams + tally.given_up;
  if (accounted != requests) fmt::print(stderr, "bad_client: {} of {} accounted for\n", accounted, requests);
  return accounted == requests ? 0 : 1;
}

}  // namespace
}  // namespace minato::fault

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return minato::fault::Run();
}
