#include "gateway/upstream/grpc_frame_reader.h"

#include "gateway/grpc_wire.h"

#include <vector>

#include <gtest/gtest.h>

#include "gateway/http_status.h"
#include "http/content_coding.h"

namespace minato::gateway {
namespace {

std::string Compressed(std::string_view text, http::ContentCoding coding) {
  std::string out;
  http::ContentEncoder::Create(coding, text.size())->Encode(text, http::ContentEncoder::Then::kEnd, out);
  return out;
}

std::string Frame(std::string_view message, char flag = 0) {
  std::string frame = GrpcFrameHead(message.size()) + std::string(message);
  frame[0] = flag;
  return frame;
}

// The messages in `bytes`, fed `cut` at a time, then the error if there is one.
std::vector<std::string> Read(std::string_view bytes, size_t cut, std::string_view encoding = "", size_t max = 1000) {
  GrpcFrameReader frames(max);
  frames.set_encoding(encoding);
  std::vector<std::string> messages;
  std::string message;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(cut, bytes.size()))) {
    frames.Feed(bytes.substr(0, cut));
    while (true) {
      const StatusOr<bool> complete = frames.Next(message);
      if (!complete.ok()) {
        messages.emplace_back(MessageOf(complete.status()));
        return messages;
      }
      if (!*complete) break;
      messages.push_back(message);
    }
  }
  if (!frames.empty()) messages.emplace_back("(rest)");
  return messages;
}

TEST(GrpcFrames, AreReadFromAnyPieces) {
  const std::string bytes = Frame("one") + Frame("") + Frame(std::string(300, 'x'));
  const std::vector<std::string> whole = {"one", "", std::string(300, 'x')};
  for (size_t cut = 1; cut <= bytes.size(); ++cut) EXPECT_EQ(Read(bytes, cut), whole) << cut;
}

TEST(GrpcFrames, TellWhenABodyEndsWithinOne) {
  EXPECT_EQ(Read(std::string_view("\0\0\0\0", 4), 4), (std::vector<std::string>{"(rest)"}));
  EXPECT_EQ(Read(Frame("four").substr(0, 7), 7), (std::vector<std::string>{"(rest)"}));
}

TEST(GrpcFrames, AreDecompressed) {
  const std::string text(500, 'c');
  EXPECT_EQ(Read(Frame(Compressed(text, http::ContentCoding::kGzip), 1), 7, "gzip"), (std::vector<std::string>{text}));
  EXPECT_EQ(Read(Frame(Compressed(text, http::ContentCoding::kDeflate), 1), 7, "deflate"),
            (std::vector<std::string>{text}));
  EXPECT_EQ(Read(Frame(text), 7, "gzip"), (std::vector<std::string>{text}));  // not every message must be
}

TEST(GrpcFrames, AreRefused) {
  const auto error = [](std::string_view bytes, std::string_view encoding) {
    const std::vector<std::string> read = Read(bytes, SIZE_MAX, encoding);
    return read.empty() ? "" : read[0];
  };
  EXPECT_EQ(error(Frame("x", 2), ""), "the upstream's frame has an unknown flag 2");
  EXPECT_EQ(error(Frame("x", 1), ""), "the upstream compressed a message without an encoding");
  EXPECT_EQ(error(Frame("x", 1), "snappy"), "the upstream's encoding snappy is not known");
  EXPECT_EQ(error(Frame("none", 1), "gzip"), "a message of the upstream is no gzip");
  EXPECT_EQ(error(Frame(Compressed("hello", http::ContentCoding::kGzip).substr(0, 12), 1), "gzip"),
            "a message of the upstream ends before its gzip does");
  EXPECT_EQ(error(Frame(Compressed("hello", http::ContentCoding::kGzip) + "more", 1), "gzip"),
            "a message of the upstream is no gzip");
  EXPECT_EQ(error(Frame(Compressed("hello", http::ContentCoding::kGzip), 1), "deflate"),
            "a message of the upstream is no deflate");
  EXPECT_EQ(error(Frame(std::string(1001, 'x')), ""),
            "a message of the upstream has 1001 bytes, more than 1000 (reply_bytes_max)");
  // A bomb: 10 MB in 10 KB.
  GrpcFrameReader frames(20'000);
  frames.set_encoding("gzip");
  frames.Feed(Frame(Compressed(std::string(10 << 20, 'b'), http::ContentCoding::kGzip), 1));
  std::string message;
  EXPECT_EQ(frames.Next(message).status().code(), StatusCode::kResourceExhausted);
  EXPECT_LE(message.size(), 40'000);
}

TEST(GrpcFrames, AnUnknownEncodingIsABadGateway) {
  GrpcFrameReader frames(1000);
  frames.set_encoding("snappy");
  frames.Feed(Frame("x", 1));
  std::string message;
  EXPECT_EQ(HttpStatusOf(frames.Next(message).status()), 502);
}

}  // namespace
}  // namespace minato::gateway
