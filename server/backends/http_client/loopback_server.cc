#include "server/backends/http_client/loopback_server.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace minato::http_client {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kConnectionsMax = 1024;    // one more is closed at once
constexpr size_t kHeadBytesMax = 16 << 10;  // of a request; a longer one is cut off

}  // namespace

struct LoopbackServer::State {
  explicit State(Respond respond) : respond(std::move(respond)) {}

  void Accept();

  const Respond respond;
  std::atomic<size_t> connections = 0;
  std::atomic<size_t> connections_ever = 0;
  asio::io_context loop{1};  // after what its connections use
  tcp::acceptor acceptor{loop};
  uint16_t port = 0;
  std::thread thread;
};

namespace {

// Shared by the operations that are pending on it: it goes with the last of them.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const LoopbackServer::Respond& respond,
             std::atomic<size_t>& connections)
      : socket_(std::move(socket)), respond_(respond), connections_(connections) {
    ++connections_;
  }
  ~Connection() { --connections_; }

  void ReadHead() {
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, kHeadBytesMax), "\r\n\r\n",
                           [self = shared_from_this()](const error_code& error, size_t size) {
                             if (!error) self->Reply(size);
                           });
  }

 private:
  void Reply(size_t head_size) {
    const std::string_view line = std::string_view(input_).substr(0, input_.find("\r\n"));
    const size_t begin = std::min(line.find(' '), line.size() - 1) + 1;
    const std::string_view target = line.substr(begin, line.find(' ', begin) - begin);
    answer_ = respond_(target);
    input_.erase(0, head_size);
    asio::async_write(socket_, asio::buffer(answer_.bytes),
                      [self = shared_from_this()](const error_code& error, size_t) {
                        if (!error) self->GoOn();
                      });
  }

  void GoOn() {
    switch (answer_.then) {
      case LoopbackServer::Then::kReadNext:
        return ReadHead();
      case LoopbackServer::Then::kClose:
        return;
      case LoopbackServer::Then::kFallSilent:
        return WaitForClose();
    }
  }

  void WaitForClose() {
    input_.resize(kHeadBytesMax);
    socket_.async_read_some(asio::buffer(input_),
                            [self = shared_from_this()](const error_code& error, size_t) {
                              if (!error) self->WaitForClose();
                            });
  }

  tcp::socket socket_;
  const LoopbackServer::Respond& respond_;
  std::atomic<size_t>& connections_;
  std::string input_;
  LoopbackServer::Answer answer_;
};

}  // namespace

void LoopbackServer::State::Accept() {
  acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && connections < kConnectionsMax) {
      ++connections_ever;
      std::make_shared<Connection>(std::move(socket), respond, connections)->ReadHead();
    }
    Accept();
  });
}

StatusOr<std::unique_ptr<LoopbackServer>> LoopbackServer::Start(Respond respond) {
  auto state = std::make_unique<State>(std::move(respond));
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
  error_code error;
  state->acceptor.open(endpoint.protocol(), error);
  if (!error) state->acceptor.bind(endpoint, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) state->port = state->acceptor.local_endpoint(error).port();
  if (error) return Unavailable("no port of 127.0.0.1 can be listened on: {}", error.message());
  state->Accept();
  state->thread = std::thread([&loop = state->loop] { loop.run(); });
  return std::unique_ptr<LoopbackServer>(new LoopbackServer(std::move(state)));
}

LoopbackServer::LoopbackServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

LoopbackServer::~LoopbackServer() {
  state_->loop.stop();
  state_->thread.join();
}

uint16_t LoopbackServer::port() const { return state_->port; }
std::string LoopbackServer::Url(std::string_view target) const {
  return fmt::format("http://127.0.0.1:{}{}", state_->port, target);
}
size_t LoopbackServer::connections() const { return state_->connections; }
size_t LoopbackServer::connections_ever() const { return state_->connections_ever; }

std::string LoopbackServer::Ok(std::string_view content_type, std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                     content_type, body.size(), body);
}

}  // namespace minato::http_client
