#include "http/websocket_stream.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "http/http1_request_parser.h"

namespace minato::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// The example of RFC 6455, 1.3.
constexpr char kHandshake[] =
    "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

enum Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

std::string Frame(uint8_t opcode, std::string_view payload, bool fin = true, bool masked = true) {
  std::string frame;
  frame.push_back(static_cast<char>((fin ? 0x80 : 0) | opcode));
  const char mask_bit = static_cast<char>(masked ? 0x80 : 0);
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(mask_bit | static_cast<char>(payload.size())));
  } else {
    frame.push_back(static_cast<char>(mask_bit | 126));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size()));
  }
  if (!masked) return frame.append(payload);
  const std::string_view mask("\x11\x22\x33\x44", 4);
  frame.append(mask);
  for (size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return frame;
}

std::string ClosePayload(uint16_t code, std::string_view reason) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code)}.append(reason);
}

// A client that speaks bytes, and the stream under test, on one loop.
class WebSocketStreamTest : public testing::Test {
 protected:
  void Connect(WebSocketOptions options = {}) {
    tcp::acceptor acceptor(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    client_.connect(acceptor.local_endpoint());
    stream_.emplace(acceptor.accept(), options);
  }

  // Answers `head` as if the front had read it, and `early` with it.
  absl::Status Accept(const std::string& head, std::string_view early = {}) {
    Http1RequestParser parser;
    std::string_view input = head;
    EXPECT_EQ(parser.Next(input), Http1RequestParser::Event::kHead);
    std::optional<absl::Status> result;
    stream_->AsyncAccept(parser.head(), early, [&](absl::Status status) { result = status; });
    EXPECT_FALSE(result.has_value()) << "a callback came before the call had returned";
    RunUntil([&] { return result.has_value(); });
    return *result;
  }

  void ConnectAndAccept(WebSocketOptions options = {}) {
    Connect(options);
    ASSERT_TRUE(Accept(kHandshake).ok());
    EXPECT_TRUE(Receive(answer_bytes_).ends_with("\r\n\r\n"));
  }

  // "text: …", "binary: …" or the status code's name.
  std::string Read() {
    std::optional<std::string> result;
    stream_->AsyncRead([&](absl::StatusOr<WebSocketMessage> message) { result = Describe(message); });
    EXPECT_FALSE(result.has_value());
    RunUntil([&] { return result.has_value(); });
    return *result;
  }

  absl::Status Write(bool is_text, std::string payload) {
    std::optional<absl::Status> result;
    stream_->AsyncWrite({is_text, std::move(payload)}, [&](absl::Status status) { result = status; });
    RunUntil([&] { return result.has_value(); });
    return *result;
  }

  static std::string Describe(const absl::StatusOr<WebSocketMessage>& message) {
    if (!message.ok()) return absl::StatusCodeToString(message.status().code());
    return (message->is_text ? "text: " : "binary: ") + message->payload;
  }

  void Send(std::string_view bytes) { asio::write(client_, asio::buffer(bytes)); }

  std::string Receive(size_t size) {
    std::string bytes(size, '\0');
    boost::system::error_code error;
    bytes.resize(asio::read(client_, asio::buffer(bytes), error));
    return bytes;
  }

  // All that comes until the other side closes.
  std::string ReceiveAll() {
    std::string bytes;
    boost::system::error_code error;
    asio::read(client_, asio::dynamic_buffer(bytes), error);
    return bytes;
  }

  template <typename Condition>
  void RunUntil(Condition condition) {
    loop_.restart();
    while (!condition()) ASSERT_GT(loop_.run_one_for(std::chrono::seconds(20)), 0u) << "nothing happens";
  }

  void Drain() {
    loop_.restart();
    loop_.poll();
  }

  asio::io_context loop_;
  tcp::socket client_{loop_};
  std::optional<WebSocketStream> stream_;
  // "HTTP/1.1 101 …" with the headers of a bare handshake.
  const size_t answer_bytes_ =
      std::string_view("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nServer: minato\r\n\r\n")
          .size();
};

TEST_F(WebSocketStreamTest, AnswersTheHandshakeOfTheStandard) {
  WebSocketOptions options;
  options.response_headers.Add("Sec-WebSocket-Protocol", "chat");
  Connect(options);
  ASSERT_TRUE(Accept(kHandshake).ok());
  stream_.reset();
  Drain();
  const std::string answer = ReceiveAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Server: minato\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("sec-websocket-protocol: chat\r\n"), std::string::npos) << answer;
}

TEST_F(WebSocketStreamTest, RefusesWhatIsNoHandshake) {
  const std::pair<const char*, const char*> cases[] = {
      {"Upgrade: websocket\r\n", "Upgrade: h2c\r\n"},
      {"Connection: Upgrade\r\n", ""},
      {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""},
      {"Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Version: 8\r\n"},
      {"GET ", "POST "},
  };
  for (const auto& [from, to] : cases) {
    std::string head = kHandshake;
    head.replace(head.find(from), std::string_view(from).size(), to);
    client_ = tcp::socket(loop_);
    Connect();
    EXPECT_EQ(Accept(head).code(), absl::StatusCode::kInvalidArgument) << head;
    stream_.reset();
    Drain();
    EXPECT_TRUE(ReceiveAll().starts_with("HTTP/1.1 4")) << head;
  }
}

TEST_F(WebSocketStreamTest, AcceptsAHeadLargerThanAFrame) {
  std::string head = kHandshake;
  head.insert(head.size() - 2, "Cookie: " + std::string(6000, 'c') + "\r\n");
  Connect();
  EXPECT_TRUE(Accept(head).ok());
}

TEST_F(WebSocketStreamTest, ReadsTextAndBinaryWholeOrInFragments) {
  ConnectAndAccept();
  Send(Frame(kText, "hall\xc3\xb3") + Frame(kBinary, std::string("\0\xff", 2)) + Frame(kText, "") +
       Frame(kText, "a", false) + Frame(kPing, "p") + Frame(kContinuation, "b", false) + Frame(kContinuation, "c"));
  EXPECT_EQ(Read(), "text: hall\xc3\xb3");
  EXPECT_EQ(Read(), std::string("binary: \0\xff", 10));
  EXPECT_EQ(Read(), "text: ");
  EXPECT_EQ(Read(), "text: abc");
  EXPECT_EQ(Receive(3), Frame(kPong, "p", true, false)) << "the ping was answered";
}

TEST_F(WebSocketStreamTest, ReadsBytesThatCameWithTheHandshake) {
  Connect();
  const std::string early = Frame(kText, "early") + Frame(kText, "cut");
  ASSERT_TRUE(Accept(kHandshake, std::string_view(early).substr(0, early.size() - 2)).ok());
  Send(early.substr(early.size() - 2));
  EXPECT_EQ(Read(), "text: early");
  EXPECT_EQ(Read(), "text: cut");
}

TEST_F(WebSocketStreamTest, ReadsMoreEarlyBytesThanFitIntoOneRead) {
  Connect();
  const std::string payload(5000, 'e');
  ASSERT_TRUE(Accept(kHandshake, Frame(kText, payload) + Frame(kText, "next")).ok());
  EXPECT_EQ(Read(), "text: " + payload);
  EXPECT_EQ(Read(), "text: next");
}

TEST_F(WebSocketStreamTest, ReadsAMessageThatComesByteByByte) {
  ConnectAndAccept();
  std::optional<std::string> result;
  stream_->AsyncRead([&](absl::StatusOr<WebSocketMessage> message) { result = Describe(message); });
  for (char c : Frame(kText, std::string(200, 'x'))) {
    EXPECT_FALSE(result.has_value());
    Send({&c, 1});
    Drain();
  }
  RunUntil([&] { return result.has_value(); });
  EXPECT_EQ(*result, "text: " + std::string(200, 'x'));
}

TEST_F(WebSocketStreamTest, WritesTextAndBinary) {
  ConnectAndAccept();
  ASSERT_TRUE(Write(true, "hello").ok());
  ASSERT_TRUE(Write(false, std::string(300, 'b')).ok());
  ASSERT_TRUE(Write(true, "").ok());
  EXPECT_EQ(Receive(7 + 304 + 2), Frame(kText, "hello", true, false) + Frame(kBinary, std::string(300, 'b'), true, false) +
                                      Frame(kText, "", true, false));
}

TEST_F(WebSocketStreamTest, WritesWhileAReadIsPending) {
  ConnectAndAccept();
  std::optional<std::string> result;
  stream_->AsyncRead([&](absl::StatusOr<WebSocketMessage> message) { result = Describe(message); });
  ASSERT_TRUE(Write(true, "first").ok());
  EXPECT_FALSE(result.has_value());
  Send(Frame(kText, "second"));
  RunUntil([&] { return result.has_value(); });
  EXPECT_EQ(*result, "text: second");
}

TEST_F(WebSocketStreamTest, SaysHowThePeerClosed) {
  ConnectAndAccept();
  Send(Frame(kClose, ClosePayload(1001, "bye")));
  client_.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(Read(), "OUT_OF_RANGE");
  EXPECT_EQ(stream_->closed().code, 1001);
  EXPECT_EQ(stream_->closed().reason, "bye");
  EXPECT_EQ(Receive(4), Frame(kClose, ClosePayload(1001, ""), true, false));
}

TEST_F(WebSocketStreamTest, GivesACloseWithoutCodeItsNumber) {
  ConnectAndAccept();
  Send(Frame(kClose, ""));
  client_.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(Read(), "OUT_OF_RANGE");
  EXPECT_EQ(stream_->closed().code, 1005);
}

TEST_F(WebSocketStreamTest, DoesNotWaitForeverForAPeerThatClosedHalfway) {
  WebSocketOptions options;
  options.close_timeout = absl::Milliseconds(20);
  ConnectAndAccept(options);
  Send(Frame(kClose, ClosePayload(1000, "")));
  EXPECT_EQ(Read(), "OUT_OF_RANGE");
}

TEST_F(WebSocketStreamTest, ClosesWithCodeAndReason) {
  ConnectAndAccept();
  std::optional<absl::Status> result;
  stream_->AsyncClose(kWebSocketCloseInternalError, "broken", [&](absl::Status status) { result = status; });
  Drain();
  EXPECT_EQ(Receive(10), Frame(kClose, ClosePayload(1011, "broken"), true, false));
  EXPECT_FALSE(result.has_value()) << "it waits for the peer's close frame";
  Send(Frame(kText, "dropped") + Frame(kClose, ClosePayload(1011, "")));
  client_.shutdown(tcp::socket::shutdown_send);
  RunUntil([&] { return result.has_value(); });
  EXPECT_TRUE(result->ok()) << *result;
}

TEST_F(WebSocketStreamTest, CutsALongReasonBetweenCharacters) {
  ConnectAndAccept();
  std::string reason;
  while (reason.size() < 200) reason += "\xc3\xa9";
  std::optional<absl::Status> result;
  stream_->AsyncClose(1000, reason, [&](absl::Status status) { result = status; });
  Drain();
  EXPECT_EQ(Receive(2 + 2 + 122), Frame(kClose, ClosePayload(1000, reason.substr(0, 122)), true, false));
  stream_.reset();
  RunUntil([&] { return result.has_value(); });
}

TEST_F(WebSocketStreamTest, RefusesAMessageOverTheLimitWith1009) {
  WebSocketOptions options;
  options.message_bytes_max = 10;
  ConnectAndAccept(options);
  Send(Frame(kText, std::string(10, 'x')));
  EXPECT_EQ(Read().size(), 16u);
  Send(Frame(kText, "12345", false) + Frame(kContinuation, "678901"));
  client_.shutdown(tcp::socket::shutdown_send);
  EXPECT_EQ(Read(), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(Receive(4), Frame(kClose, ClosePayload(1009, ""), true, false));
}

TEST_F(WebSocketStreamTest, RefusesAPeerThatBreaksTheProtocol) {
  const std::pair<std::string, uint16_t> cases[] = {
      {Frame(kText, "unmasked", true, false), 1002},
      {Frame(kText, "\xff"), 1007},
      {Frame(kText, "\xc3"), 1007},
      {Frame(3, "reserved"), 1002},
      {Frame(kContinuation, "of nothing"), 1002},
      {Frame(kPing, std::string(126, 'x')), 1002},
  };
  for (const auto& [bytes, code] : cases) {
    client_ = tcp::socket(loop_);
    ConnectAndAccept();
    Send(bytes);
    client_.shutdown(tcp::socket::shutdown_send);
    EXPECT_EQ(Read(), "INVALID_ARGUMENT") << code;
    EXPECT_EQ(Receive(4), Frame(kClose, ClosePayload(code, ""), true, false)) << code;
  }
}

TEST_F(WebSocketStreamTest, SaysThatTheConnectionIsGone) {
  ConnectAndAccept();
  client_.close();
  EXPECT_EQ(Read(), "UNAVAILABLE");
}

TEST_F(WebSocketStreamTest, CancelsWhatIsPendingWhenItEnds) {
  ConnectAndAccept();
  std::optional<std::string> result;
  stream_->AsyncRead([&](absl::StatusOr<WebSocketMessage> message) { result = Describe(message); });
  Drain();
  stream_.reset();
  RunUntil([&] { return result.has_value(); });
  EXPECT_EQ(*result, "CANCELLED");
}

TEST_F(WebSocketStreamTest, CutsOffASilentPeer) {
  WebSocketOptions options;
  options.idle_timeout = absl::Milliseconds(20);
  ConnectAndAccept(options);
  EXPECT_EQ(Read(), "DEADLINE_EXCEEDED");
}

}  // namespace
}  // namespace minato::http
