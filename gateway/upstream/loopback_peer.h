// An HTTP/2 server on a port of the loopback interface, for tests, in the event loop of what is tested. Answers what
// the test says, connection by connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "gateway/transport/connection.h"
#include "http/http2_test_server.h"
#include "runtime/io/asio_executor.h"

namespace minato::gateway {

class LoopbackPeer {
 public:
  using error_code = boost::system::error_code;

  // One accepted connection.
  class Link : public std::enable_shared_from_this<Link> {
   public:
    Link(Socket socket, const http::Http2TestServerOptions& options) : http2(options), socket_(std::move(socket)) {}

    http::Http2TestServer http2;
    bool gone = false;       // the client ended the connection
    size_t bytes_read = 0;
    size_t running = 0;      // requests that came and were not answered
    size_t running_most = 0;

    void Send() { SendBytes(http2.Produce()); }
    void SendBytes(std::string bytes) {
      waiting_ += bytes;
      if (!writing_.empty() || waiting_.empty() || !socket_.is_open()) return;
      writing_.swap(waiting_);
      boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                               [self = shared_from_this()](const error_code& error, size_t) {
                                 self->writing_.clear();
                                 if (!error) self->SendBytes({});
                               });
    }
    void Close() {
      error_code ignored;
      socket_.close(ignored);
    }
    void StopReading() { reads_ = false; }
    void StartReading() {
      reads_ = true;
      Read();
    }
    void Read() {
      socket_.async_read_some(boost::asio::buffer(buffer_), [self = shared_from_this()](const error_code& error,
                                                                                        size_t bytes) {
        if (error) {
          self->gone = true;
          return;
        }
        self->bytes_read += bytes;
        self->http2.Feed({self->buffer_, bytes});
        self->Send();
        if (self->reads_) self->Read();
      });
    }

   private:
    Socket socket_;
    bool reads_ = true;
    std::string writing_;
    std::string waiting_;
    char buffer_[16384];
  };

  using Options = http::Http2TestServerOptions;

  explicit LoopbackPeer(AsioExecutor& loop, Options options = {})
      : options_(options), acceptor_(loop.context(), {boost::asio::ip::make_address("127.0.0.1"), 0}),
        socket_(loop.context()) {
    Accept();
  }
  ~LoopbackPeer() {
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& link : links) {
      link->http2.on_request = nullptr;
      link->http2.on_ended = nullptr;
      link->Close();
    }
  }

  uint16_t port() const { return port_; }
  void StopListening() {
    error_code ignored;
    acceptor_.close(ignored);
  }

  std::vector<std::shared_ptr<Link>> links;
  // Called with the head of each request; sends what it made the link say.
  std::function<void(Link&, int32_t id)> on_request = [](Link& link, int32_t id) { link.http2.Answer(id, "ok"); };
  std::function<void(Link&, int32_t id)> on_ended = [](Link&, int32_t) {};  // its end
  std::function<void(Link&)> on_link = [](Link&) {};

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  void Accept() {
    acceptor_.async_accept(socket_, [this](const error_code& error) {
      if (error) return;
      auto link = std::make_shared<Link>(std::exchange(socket_, Socket(acceptor_.get_executor())), options_);
      links.push_back(link);
      Link* const raw = link.get();
      link->http2.on_request = [this, raw](int32_t id) { on_request(*raw, id); };
      link->http2.on_ended = [this, raw](int32_t id) { on_ended(*raw, id); };
      on_link(*link);
      link->Send();
      link->Read();
      Accept();
    });
  }

  const Options options_;
  Acceptor acceptor_;
  const uint16_t port_ = acceptor_.local_endpoint().port();
  Socket socket_;
};

}  // namespace minato::gateway
