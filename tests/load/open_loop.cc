// GETs at a fixed rate, whatever becomes of the answers: a request is due every 1/rate seconds, goes out on
// the next idle HTTP/1.1 connection, and its latency counts from the moment it was due. How late the sender
// itself was is printed beside it, so that its own jitter is not taken for the server's.
//   open_loop --port=8080 --path=/v1/users/7 --rate=2000 --seconds=5
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

ABSL_FLAG(int, port, 8080, "port on 127.0.0.1");
ABSL_FLAG(std::string, path, "/", "what is asked for");
ABSL_FLAG(int, rate, 2000, "requests per second");
ABSL_FLAG(int, seconds, 5, "how long, after a second that is not counted");
ABSL_FLAG(int, connections, 64, "requests in flight at most; more wait, and the wait counts");

namespace minato::load {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  int fd = -1;
  int64_t due = 0;
  bool counted = false;
  std::string in;
};

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Die("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Whether `in` is one whole answer. Ends the program if it is not a 200 with its length.
bool IsWhole(std::string_view in) {
  const size_t head = in.find("\r\n\r\n");
  if (head == in.npos) return false;
  const size_t length = in.find("content-length: ");
  if (!in.starts_with("HTTP/1.1 200 ") || length == in.npos || length > head) {
    std::fprintf(stderr, "not a 200 with its length: %.*s\n", static_cast<int>(in.size()), in.data());
    std::exit(1);
  }
  const size_t body = std::strtoul(in.data() + length + 16, nullptr, 10);
  return in.size() >= head + 4 + body;
}

class Sender {
 public:
  Sender(std::string request, int connections, int port)
      : request_(std::move(request)), epoll_(epoll_create1(0)) {
    connections_.resize(static_cast<size_t>(connections));
    for (Connection& connection : connections_) {
      connection.fd = Connect(port);
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) Die("epoll_ctl");
      idle_.push_back(&connection);
    }
  }

  // Requests due from `start` on; those from `counted_from` to the end are counted.
  void Run(int64_t interval, int64_t start, int64_t counted_from, int64_t end) {
    int64_t due = start;
    while (due < end || idle_.size() < connections_.size()) {
      for (; due < end && due <= Now() && !idle_.empty(); due += interval) Send(due, due >= counted_from);
      // With every connection busy only an answer helps.
      const bool sends_next = due < end && !idle_.empty();
      const int64_t wait = sends_next ? std::max<int64_t>(0, due - Now()) : kSecond;
      const timespec timeout{wait / kSecond, wait % kSecond};
      epoll_event events[64];
      const int count = epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
      for (int i = 0; i < count; ++i) Receive(*static_cast<Connection*>(events[i].data.ptr));
      if (count == 0 && Now() > end + 10 * kSecond) {
        std::fprintf(stderr, "no answer within 10 s\n");
        std::exit(1);
      }
    }
  }

  void Print() {
    std::printf(R"({"requests": %zu, "p50_us": %.1f, "p99_us": %.1f, )"
                R"("late_p50_us": %.1f, "late_p99_us": %.1f})"
                "\n",
                latency_.size(), At(latency_, 0.5), At(latency_, 0.99), At(late_, 0.5), At(late_, 0.99));
  }

 private:
  void Send(int64_t due, bool counted) {
    Connection& connection = *idle_.front();
    idle_.pop_front();
    connection.due = due;
    connection.counted = counted;
    if (counted) late_.push_back(Now() - due);
    const ssize_t sent = write(connection.fd, request_.data(), request_.size());
    if (sent != static_cast<ssize_t>(request_.size())) Die("write");
  }

  void Receive(Connection& connection) {
    char buffer[16384];
    const ssize_t got = read(connection.fd, buffer, sizeof buffer);
    if (got <= 0) Die("read");
    connection.in.append(buffer, static_cast<size_t>(got));
    if (!IsWhole(connection.in)) return;
    if (connection.counted) latency_.push_back(Now() - connection.due);
    connection.in.clear();
    idle_.push_back(&connection);
  }

  static double At(std::vector<int64_t>& values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto place = static_cast<size_t>(share * static_cast<double>(values.size() - 1));
    return static_cast<double>(values[place]) / 1000;
  }

  const std::string request_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::vector<int64_t> latency_;  // ns
  std::vector<int64_t> late_;     // ns
};

}  // namespace
}  // namespace minato::load

int main(int argc, char** argv) {
  using namespace minato::load;
  absl::ParseCommandLine(argc, argv);
  prctl(PR_SET_TIMERSLACK, 1UL);  // 50 us otherwise
  Sender sender("GET " + absl::GetFlag(FLAGS_path) + " HTTP/1.1\r\nhost: load\r\n\r\n",
                absl::GetFlag(FLAGS_connections), absl::GetFlag(FLAGS_port));
  const int64_t start = Now();
  const int64_t counted_from = start + kSecond;
  sender.Run(kSecond / absl::GetFlag(FLAGS_rate), start, counted_from,
             counted_from + absl::GetFlag(FLAGS_seconds) * kSecond);
  sender.Print();
}
