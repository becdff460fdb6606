// A wire that fails: passes TCP bytes between whoever connects and a port, and now and then resets the
// connection, half-closes it, stalls it, sends byte by byte, or refuses the connection outright.
//   bad_wire --to=50051 --seed=7 --fault_every_reads=500
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>

ABSL_FLAG(int, to, 0, "port on 127.0.0.1 to which the bytes go");
ABSL_FLAG(uint64_t, seed, 1, "of the faults");
ABSL_FLAG(int, fault_every_reads, 500, "reads between two faults, on average; 0: none");
ABSL_FLAG(int, refuse_every_connections, 20, "connections between two refused ones, on average; 0: none");

namespace minato::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kTrickleBytesMax = 400;
constexpr int kStallMsMax = 200;

void ResetAndClose(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

int Prepared(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

enum class Fault { kReset, kHalfClose, kStall, kTrickle };
constexpr int kFaults = 4;

// One direction.
struct Pipe {
  int from;
  int to;
  std::string pending = {};
  size_t trickle_bytes = 0;  // still to be sent one by one
  Clock::time_point stalled_until = {};
  bool read_ended = false;   // or given up

  bool Stalled(Clock::time_point now) const { return now < stalled_until; }
};

struct Link {
  Pipe pipes[2];
  bool broken = false;
};

class Wire {
 public:
  Wire() : random_(absl::GetFlag(FLAGS_seed)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::perror("listen");
      std::exit(1);
    }
    std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  // One turn of poll.
  void Turn() {
    std::vector<pollfd> polled = {{.fd = listener_, .events = POLLIN, .revents = 0}};
    std::vector<Link*> order;
    const Clock::time_point now = Clock::now();
    int wait_ms = 1000;
    for (Link& link : links_) {
      order.push_back(&link);
      for (Pipe& pipe : link.pipes) {
        const bool stalled = pipe.Stalled(now);
        if (stalled) wait_ms = 1;
        const bool reads = !stalled && pipe.pending.empty() && !pipe.read_ended;
        polled.push_back({.fd = reads ? pipe.from : -1, .events = POLLIN, .revents = 0});
        const bool writes = !stalled && !pipe.pending.empty();
        polled.push_back({.fd = writes ? pipe.to : -1, .events = POLLOUT, .revents = 0});
      }
    }
    poll(polled.data(), polled.size(), wait_ms);
    for (size_t i = 0; i < order.size(); ++i) {
      for (size_t j = 0; j < 2; ++j) {
        const pollfd* of_pipe = &polled[1 + 4 * i + 2 * j];
        if (of_pipe[0].revents != 0) Read(*order[i], order[i]->pipes[j]);
        if (of_pipe[1].revents != 0) Write(*order[i], order[i]->pipes[j]);
      }
    }
    links_.remove_if([](const Link& link) {
      const auto ended = [](const Pipe& pipe) { return pipe.read_ended && pipe.pending.empty(); };
      if (!link.broken && !(ended(link.pipes[0]) && ended(link.pipes[1]))) return false;
      for (int fd : {link.pipes[0].from, link.pipes[0].to}) link.broken ? ResetAndClose(fd) : (void)close(fd);
      return true;
    });
    if (polled[0].revents != 0) Accept();
  }

  void PrintFaults() const {
    std::printf(R"({"resets": %ld, "half_closes": %ld, "stalls": %ld, "trickles": %ld, "refusals": %ld})"
                "\n",
                injected_[0], injected_[1], injected_[2], injected_[3], refused_);
  }

 private:
  bool Happens(int every) { return every > 0 && random_() % static_cast<unsigned>(every) == 0; }

  void Accept() {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = Loopback(absl::GetFlag(FLAGS_to));
    const bool refused = Happens(absl::GetFlag(FLAGS_refuse_every_connections));
    refused_ += refused;
    if (refused || connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ResetAndClose(client);
      close(server);
      return;
    }
    Prepared(client);
    Prepared(server);
    links_.push_back({.pipes = {{client, server}, {server, client}}});
  }

  void Read(Link& link, Pipe& pipe) {
    char buffer[kReadBytes];
    const ssize_t got = read(pipe.from, buffer, sizeof buffer);
    if (got < 0) {
      link.broken |= errno != EAGAIN;
      return;
    }
    if (got == 0) {
      pipe.read_ended = true;
      shutdown(pipe.to, SHUT_WR);
      return;
    }
    pipe.pending.assign(buffer, static_cast<size_t>(got));
    if (Happens(absl::GetFlag(FLAGS_fault_every_reads))) Inject(link, pipe);
    if (!link.broken && !pipe.Stalled(Clock::now())) Write(link, pipe);
  }

  void Inject(Link& link, Pipe& pipe) {
    const auto fault = static_cast<Fault>(random_() % kFaults);
    ++injected_[static_cast<int>(fault)];
    switch (fault) {
      case Fault::kReset:
        link.broken = true;
        return;
      case Fault::kHalfClose:  // what was read is lost, and so is what comes later
        pipe.pending.clear();
        pipe.read_ended = true;
        shutdown(pipe.to, SHUT_WR);
        return;
      case Fault::kStall:
        pipe.stalled_until = Clock::now() + std::chrono::milliseconds(1 + random_() % kStallMsMax);
        return;
      case Fault::kTrickle:
        pipe.trickle_bytes = 1 + random_() % kTrickleBytesMax;
        return;
    }
  }

  void Write(Link& link, Pipe& pipe) {
    while (!pipe.pending.empty()) {
      const size_t size = pipe.trickle_bytes > 0 ? 1 : pipe.pending.size();
      const ssize_t sent = send(pipe.to, pipe.pending.data(), size, MSG_NOSIGNAL);
      if (sent < 0) {
        link.broken |= errno != EAGAIN;
        return;
      }
      pipe.pending.erase(0, static_cast<size_t>(sent));
      if (pipe.trickle_bytes > 0) --pipe.trickle_bytes;
    }
  }

  std::mt19937_64 random_;
  int listener_;
  std::list<Link> links_;
  long injected_[kFaults] = {};
  long refused_ = 0;
};

volatile sig_atomic_t stopped = 0;

}  // namespace
}  // namespace minato::fault

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::signal(SIGTERM, [](int) { minato::fault::stopped = 1; });
  minato::fault::Wire wire;
  while (minato::fault::stopped == 0) wire.Turn();
  wire.PrintFaults();
}
