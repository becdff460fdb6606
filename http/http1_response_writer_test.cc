#include "http/http1_response_writer.h"

#include <gtest/gtest.h>

namespace minato::http {
namespace {

TEST(Http1ResponseHead, AppendsAHead) {
  std::string out = "before ";
  Http1ResponseHead head(out, 200);
  head.Add("content-type", "application/json");
  head.Add(Headers{{"X-A", "1"}, {"x-a", "\xc3\xa9\t2"}});
  head.AddContentLength(1234);
  head.AddConnection(Http1Version::k11, true);
  ASSERT_TRUE(head.Finish().ok());
  EXPECT_EQ(out,
            "before HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-a: 1\r\nx-a: \xc3\xa9\t2\r\n"
            "content-length: 1234\r\n\r\n");
}

TEST(Http1ResponseHead, WritesAnyStatusAndReason) {
  std::string out;
  ASSERT_TRUE(Http1ResponseHead(out, 404).Finish().ok());
  ASSERT_TRUE(Http1ResponseHead(out, 200, "Fine").Finish().ok());
  ASSERT_TRUE(Http1ResponseHead(out, 299).Finish().ok());
  EXPECT_EQ(out, "HTTP/1.1 404 Not Found\r\n\r\nHTTP/1.1 200 Fine\r\n\r\nHTTP/1.1 299 Unknown\r\n\r\n");
}

TEST(Http1ResponseHead, TellsTheClientWhetherTheConnectionStays) {
  const auto line = [](Http1Version version, bool keep_alive) {
    std::string out;
    Http1ResponseHead head(out, 200);
    head.AddConnection(version, keep_alive);
    head.AddChunked();
    EXPECT_TRUE(head.Finish().ok());
    return out.substr(std::string_view("HTTP/1.1 200 OK\r\n").size());
  };
  EXPECT_EQ(line(Http1Version::k11, true), "transfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(line(Http1Version::k11, false), "connection: close\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_EQ(line(Http1Version::k10, true), "connection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n");
}

TEST(Http1ResponseHead, RefusesToBeInjectedInto) {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> cases[] = {
      {"x", "a\r\nset-cookie: b"}, {"x", "a\nb"}, {"x", "a\rb"}, {"x", "a\0b"s}, {"x", "\x7f"},
      {"x y", "a"},                {"x:", "a"},   {"", "a"},     {"x\r\n", "a"},
  };
  for (const auto& [name, value] : cases) {
    std::string out = "before";
    Http1ResponseHead head(out, 200);
    head.Add("fine", "fine");
    head.Add(name, value);
    head.Add("also", "fine");
    EXPECT_EQ(head.Finish().code(), absl::StatusCode::kInvalidArgument) << name << ": " << value;
    EXPECT_EQ(out, "before");
  }
  std::string out;
  EXPECT_FALSE(Http1ResponseHead(out, 200, "a\r\nb").Finish().ok());
  EXPECT_EQ(out, "");
}

TEST(Http1ResponseHead, NamesTheHeaderItRefuses) {
  std::string out;
  Http1ResponseHead head(out, 200);
  head.Add("x-bad", "a\nb");
  EXPECT_EQ(head.Finish().message(), "the response header \"x-bad\" cannot be written");
}

TEST(AppendChunk, FramesDataAndNeverEndsTheBodyByAccident) {
  std::string out;
  AppendChunk(out, "0123456789abcdef!");
  AppendChunk(out, "");
  AppendChunkBegin(out, 2);
  out += "{}";
  AppendChunkEnd(out);
  AppendLastChunk(out);
  EXPECT_EQ(out, "11\r\n0123456789abcdef!\r\n2\r\n{}\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace minato::http
