#include "server/main/admin_server.h"

#include <atomic>
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace minato {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kConnectionsMax = 64;      // one more is closed at once
constexpr size_t kHeadBytesMax = 16 << 10;  // of a request; a longer one is cut off
constexpr std::chrono::seconds kExchangeTimeout(10);

std::string Answer(std::string_view status, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
      status, body.size(), body);
}

}  // namespace

struct AdminServer::State {
  explicit State(const MetricsRegistry& metrics) : metrics(metrics) {}

  void Accept();
  // To the first line of a request.
  std::string AnswerTo(std::string_view line) const;

  const MetricsRegistry& metrics;
  std::atomic<bool> ready{false};
  size_t connections = 0;
  asio::io_context loop{1};  // after what its connections use
  tcp::acceptor acceptor{loop};
  std::thread thread;
};

namespace {

// Shared by the operations that are pending on it: it goes with the last of them.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Respond = std::function<std::string(std::string_view line)>;

  Connection(tcp::socket socket, Respond respond, size_t& connections)
      : socket_(std::move(socket)),
        timeout_(socket_.get_executor()),
        respond_(std::move(respond)),
        connections_(connections) {
    ++connections_;
  }
  ~Connection() { --connections_; }

  void Serve() {
    timeout_.expires_after(kExchangeTimeout);
    timeout_.async_wait([weak = weak_from_this()](const error_code& error) {
      const auto self = weak.lock();
      if (!error && self != nullptr) self->socket_.close();
    });
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, kHeadBytesMax), "\r\n\r\n",
                           [self = shared_from_this()](const error_code& error, size_t) {
                             if (!error) self->Reply();
                           });
  }

 private:
  void Reply() {
    output_ = respond_(std::string_view(input_).substr(0, input_.find("\r\n")));
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this()](const error_code&, size_t) {
                        error_code ignored;
                        self->socket_.shutdown(tcp::socket::shutdown_both, ignored);
                      });
  }

  tcp::socket socket_;
  asio::steady_timer timeout_;
  const Respond respond_;
  size_t& connections_;
  std::string input_;
  std::string output_;
};

Status Listen(tcp::acceptor& acceptor, asio::io_context& loop, std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == address.npos) return InvalidArgument("\"{}\" is no HOST:PORT", address);
  error_code error;
  tcp::resolver resolver(loop);
  const auto found = resolver.resolve(std::string(address.substr(0, colon)),
                                      std::string(address.substr(colon + 1)), error);
  if (error) return InvalidArgument("\"{}\" is no HOST:PORT: {}", address, error.message());
  const tcp::endpoint endpoint = *found.begin();
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Unavailable("cannot listen on {}: {}", address, error.message());
  return OkStatus();
}

}  // namespace

std::string AdminServer::State::AnswerTo(std::string_view line) const {
  if (line.starts_with("GET /healthz ")) return Answer("200 OK", "{\"status\":\"ok\"}\n");
  if (line.starts_with("GET /stats ")) return Answer("200 OK", metrics.ToJson() + "\n");
  if (line.starts_with("GET /ready ")) {
    return ready.load(std::memory_order_relaxed)
               ? Answer("200 OK", "{\"status\":\"ready\"}\n")
               : Answer("503 Service Unavailable", "{\"status\":\"not ready\"}\n");
  }
  return Answer("404 Not Found", "{\"error\":\"GET /healthz, /ready or /stats\"}\n");
}

void AdminServer::State::Accept() {
  acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && connections < kConnectionsMax) {
      const auto respond = [this](std::string_view line) { return AnswerTo(line); };
      std::make_shared<Connection>(std::move(socket), respond, connections)->Serve();
    }
    Accept();
  });
}

StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(std::string_view address,
                                                          const MetricsRegistry& metrics) {
  auto state = std::make_unique<State>(metrics);
  TRY(Listen(state->acceptor, state->loop, address));
  state->Accept();
  state->thread = std::thread([&loop = state->loop] { loop.run(); });
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(state)));
}

AdminServer::AdminServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

AdminServer::~AdminServer() {
  state_->loop.stop();
  state_->thread.join();
}

std::string AdminServer::address() const {
  const tcp::endpoint endpoint = state_->acceptor.local_endpoint();
  std::string host = endpoint.address().to_string();
  if (endpoint.address().is_v6()) host = "[" + host + "]";
  return fmt::format("{}:{}", host, endpoint.port());
}

void AdminServer::SetReady(bool ready) { state_->ready.store(ready, std::memory_order_relaxed); }

}  // namespace minato
