#include "http/websocket_stream.h"

#include <fmt/format.h>

#include <utility>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "http/preread_stream.h"

namespace minato::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr size_t kCloseReasonBytesMax = 123;  // RFC 6455, 5.5.1: a control frame holds 125 bytes, 2 are the code.

absl::StatusCode CodeOf(const beast::error_code& error) {
  if (error == websocket::error::closed) return absl::StatusCode::kOutOfRange;
  if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
    return absl::StatusCode::kResourceExhausted;
  }
  if (error == beast::error::timeout) return absl::StatusCode::kDeadlineExceeded;
  if (error == asio::error::operation_aborted) return absl::StatusCode::kCancelled;
  if (error == websocket::condition::handshake_failed || error == websocket::condition::protocol_violation) {
    return absl::StatusCode::kInvalidArgument;
  }
  return absl::StatusCode::kUnavailable;
}

absl::Status ToStatus(const beast::error_code& error) {
  if (!error) return absl::OkStatus();
  return absl::Status(CodeOf(error), fmt::format("websocket: {}", error.message()));
}

std::chrono::steady_clock::duration ToSteady(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return websocket::stream_base::none();
  return absl::ToChronoNanoseconds(duration);
}

// UTF-8 is not cut in the middle of a character.
std::string_view CutReason(std::string_view reason) {
  if (reason.size() <= kCloseReasonBytesMax) return reason;
  size_t size = kCloseReasonBytesMax;
  while (size > 0 && (static_cast<uint8_t>(reason[size]) & 0xc0) == 0x80) --size;
  return reason.substr(0, size);
}

}  // namespace

class WebSocketStream::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::ip::tcp::socket socket, const WebSocketOptions& options)
      : stream_(std::move(socket), absl::ToChronoNanoseconds(options.close_timeout)) {
    websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = ToSteady(options.handshake_timeout);
    timeout.idle_timeout = ToSteady(options.idle_timeout);
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.read_message_max(options.message_bytes_max);
    stream_.set_option(websocket::stream_base::decorator(
        [headers = options.response_headers](websocket::response_type& response) {
          for (const HeaderField field : headers) response.insert(field.name, field.value);
          if (!headers.Has("server")) response.set(beast::http::field::server, "minato");
        }));
  }

  void Accept(const Http1RequestHead& head, std::string_view early, Done done) {
    request_.method_string({head.method().data(), head.method().size()});
    request_.target({head.target().data(), head.target().size()});
    request_.version(head.version() == Http1Version::k11 ? 11 : 10);
    for (size_t i = 0; i < head.header_count(); ++i) {
      const HeaderView header = head.header(i);
      request_.insert(beast::string_view(header.name.data(), header.name.size()),
                      beast::string_view(header.value.data(), header.value.size()));
    }
    stream_.next_layer().Preload(early);
    stream_.async_accept(request_, [self = shared_from_this(), done = std::move(done)](beast::error_code error) mutable {
      self->request_ = {};
      done(ToStatus(error));
    });
  }

  void Read(Received received) {
    stream_.async_read(buffer_, [self = shared_from_this(), received = std::move(received)](beast::error_code error,
                                                                                            size_t) mutable {
      if (error) {
        received(ToStatus(error));
        return;
      }
      WebSocketMessage message;
      message.is_text = self->stream_.got_text();
      const auto bytes = self->buffer_.cdata();
      message.payload.assign(static_cast<const char*>(bytes.data()), bytes.size());
      self->buffer_ = {};  // An idle connection holds no memory.
      received(std::move(message));
    });
  }

  void Write(WebSocketMessage message, Done done) {
    stream_.text(message.is_text);
    writing_ = std::move(message.payload);
    stream_.async_write(asio::buffer(writing_),
                        [self = shared_from_this(), done = std::move(done)](beast::error_code error, size_t) mutable {
                          self->writing_ = {};
                          done(ToStatus(error));
                        });
  }

  void Close(uint16_t code, std::string_view reason, Done done) {
    websocket::close_reason close(code);
    const std::string_view cut = CutReason(reason);
    close.reason.assign(cut.data(), cut.size());
    stream_.async_close(close, [self = shared_from_this(), done = std::move(done)](beast::error_code error) mutable {
      done(ToStatus(error));
    });
  }

  void Abort() { beast_close_socket(stream_.next_layer()); }

  WebSocketClose closed() const {
    const websocket::close_reason& reason = stream_.reason();
    return {reason.code == websocket::close_code::none ? static_cast<uint16_t>(websocket::close_code::no_status)
                                                       : static_cast<uint16_t>(reason.code),
            std::string(reason.reason.data(), reason.reason.size())};
  }

 private:
  websocket::stream<PrereadStream> stream_;
  beast::http::request<beast::http::empty_body> request_;  // Until it is answered.
  beast::flat_buffer buffer_;
  std::string writing_;
};

WebSocketStream::WebSocketStream(asio::ip::tcp::socket socket, const WebSocketOptions& options)
    : state_(std::make_shared<State>(std::move(socket), options)) {}

WebSocketStream::~WebSocketStream() { state_->Abort(); }

void WebSocketStream::AsyncAccept(const Http1RequestHead& head, std::string_view early, Done done) {
  state_->Accept(head, early, std::move(done));
}

void WebSocketStream::AsyncRead(Received received) { state_->Read(std::move(received)); }

void WebSocketStream::AsyncWrite(WebSocketMessage message, Done done) {
  state_->Write(std::move(message), std::move(done));
}

void WebSocketStream::AsyncClose(uint16_t code, std::string_view reason, Done done) {
  state_->Close(code, reason, std::move(done));
}

void WebSocketStream::Abort() { state_->Abort(); }

WebSocketClose WebSocketStream::closed() const { return state_->closed(); }

}  // namespace minato::http
