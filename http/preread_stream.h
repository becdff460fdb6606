#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace minato::http {

// What Boost.Beast needs of a stream, over a socket some of whose bytes have been read already: they come first. At its
// end a peer that does not hang up is waited for no longer than `close_timeout`.
class PrereadStream {
 public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;
  using error_code = boost::beast::error_code;

  PrereadStream(boost::asio::ip::tcp::socket socket, std::chrono::steady_clock::duration close_timeout)
      : socket_(std::move(socket)), close_timeout_(close_timeout), close_timer_(socket_.get_executor()) {}

  void Preload(std::string_view bytes) { preread_.append(bytes); }
  boost::asio::ip::tcp::socket& socket() { return socket_; }
  executor_type get_executor() { return socket_.get_executor(); }

  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (preread_.empty()) {
      socket_.async_read_some(buffers, std::forward<Handler>(handler));
      return;
    }
    const size_t size = boost::asio::buffer_copy(buffers, boost::asio::buffer(preread_));
    preread_.erase(0, size);
    boost::asio::post(get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code(), size));
  }

  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  // Beast finds these by their argument.
  friend void teardown(boost::beast::role_type role, PrereadStream& stream, error_code& error) {
    boost::beast::websocket::teardown(role, stream.socket_, error);
  }
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type role, PrereadStream& stream, Handler&& handler) {
    error_code ignored;
    stream.socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    stream.close_timer_.expires_after(stream.close_timeout_);
    // An expiry that is already queued cannot be cancelled, and may outlive the stream.
    stream.self_ = std::make_shared<PrereadStream*>(&stream);
    stream.close_timer_.async_wait([weak = std::weak_ptr<PrereadStream*>(stream.self_)](error_code error) {
      const std::shared_ptr<PrereadStream*> self = weak.lock();
      if (!error && self != nullptr) beast_close_socket(**self);
    });
    stream.Drain(HangUp<std::decay_t<Handler>>{stream, std::forward<Handler>(handler)});
  }
  friend void beast_close_socket(PrereadStream& stream) {
    error_code ignored;
    stream.socket_.close(ignored);
  }

 private:
  // Reads until the peer hangs up: closing with unread bytes would reset the connection, and our close frame with it.
  template <typename Handler>
  struct HangUp {
    using executor_type = boost::asio::associated_executor_t<Handler, PrereadStream::executor_type>;
    using allocator_type = boost::asio::associated_allocator_t<Handler>;

    PrereadStream& stream;
    Handler handler;

    executor_type get_executor() const noexcept {
      return boost::asio::get_associated_executor(handler, stream.socket_.get_executor());
    }
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(handler); }

    void operator()(error_code error, size_t) {
      if (!error) {
        stream.Drain(std::move(*this));
        return;
      }
      stream.close_timer_.cancel();
      handler(error_code());
    }
  };

  template <typename Handler>
  void Drain(Handler&& handler) {
    socket_.async_read_some(boost::asio::buffer(drained_), std::forward<Handler>(handler));
  }

  boost::asio::ip::tcp::socket socket_;
  const std::chrono::steady_clock::duration close_timeout_;
  boost::asio::steady_timer close_timer_;
  std::shared_ptr<PrereadStream*> self_;
  std::array<char, 512> drained_;
  std::string preread_;
};

}  // namespace minato::http
