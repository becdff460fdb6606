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
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <fmt/format.h>

#include "tests/fault/answer.h"
#include "tests/fault/storm_requests.h"

ABSL_FLAG(int, port, 0, "of the gateway, on 127.0.0.1");
ABSL_FLAG(uint64_t, seed, 1, "of the requests and of the clients' manners");
ABSL_FLAG(int64_t, requests, 20'000, "how many");
ABSL_FLAG(int, connections, 64, "at a time");

namespace minato::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAnswerPatience = std::chrono::seconds(60);
constexpr size_t kPipelinedMax = 4;
constexpr int kReadLateMsMax = 30;

enum class Manner { kPlain, kPipelined, kByteByByte, kHalfCloses, kGoesAway, kReadsLate };

Manner NextManner(Draw& draw) {
  const uint64_t drawn = draw.Below(100);
  if (drawn < 5) return Manner::kByteByByte;
  if (drawn < 8) return Manner::kHalfCloses;
  if (drawn < 12) return Manner::kGoesAway;
  if (drawn < 16) return Manner::kReadsLate;
  return drawn < 36 ? Manner::kPipelined : Manner::kPlain;
}

std::string BytesOf(const Request& request) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\nhost: fault\r\n", request.method(), request.target);
  if (!request.body.empty()) {
    bytes += fmt::format("content-type: application/json\r\ncontent-length: {}\r\n", request.body.size());
  }
  return bytes + "\r\n" + request.body;
}

class Client {
 public:
  Client(Draw& draw, Tally& tally) : draw_(draw), tally_(tally) {}
  ~Client() { Close(false); }

  bool idle() const { return waiting_.empty(); }
  int fd() const { return fd_; }
  short events(Clock::time_point now) const {
    return static_cast<short>((now >= reads_from_ ? POLLIN : 0) | (out_.empty() ? 0 : POLLOUT));
  }

  // Sends the next requests, at most so many; takes their ids from `id` on. Answers how many.
  int64_t Begin(int64_t id, int64_t at_most) {
    manner_ = NextManner(draw_);
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
    for (const Request& request : waiting_) out_ += BytesOf(request);
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
    if (!request.Admits(answer.status, answer.body)) {
      Fail(fmt::format("wrong answer: {} {}", answer.status, answer.body.substr(0, 300)));
    }
    ++tally_.by_status[answer.status];
    waiting_.pop_front();
    sent_at_ = Clock::now();
  }

  [[noreturn]] void Fail(std::string_view what) const {
    fmt::print(stderr, "bad_client: {}; manner {}, {} waiting, the first: {}\nreceived besides: {}\n",
               what, static_cast<int>(manner_), waiting_.size(),
               waiting_.empty() ? "" : waiting_.front().target, reader_.rest().substr(0, 500));
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
  return tally.Report(requests);
}

}  // namespace
}  // namespace minato::fault

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return minato::fault::Run();
}
