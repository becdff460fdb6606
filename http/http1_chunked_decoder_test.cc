#include "http/http1_chunked_decoder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace minato::http {
namespace {

using Event = Http1ChunkedDecoder::Event;

// "data|end rest" or "data|fault: message".
std::string Decode(std::vector<std::string_view> pieces, const ChunkLimits& limits = {}) {
  Http1ChunkedDecoder decoder(limits);
  std::string data;
  for (size_t i = 0; i < pieces.size(); ++i) {
    std::string_view input = pieces[i];
    while (true) {
      const Event event = decoder.Next(input);
      if (event == Event::kNeedInput) break;
      if (event == Event::kData) {
        data += decoder.data();
        continue;
      }
      if (event == Event::kError) return fmt::format("{}|{}: {}", data, decoder.error().http_status(), decoder.error().message);
      std::string rest(input);
      for (size_t j = i + 1; j < pieces.size(); ++j) rest += pieces[j];
      return fmt::format("{}|end {}", data, rest);
    }
  }
  return data + "|more";
}

std::string DecodeInAllCuts(std::string_view body, const ChunkLimits& limits = {}) {
  const std::string whole = Decode({body}, limits);
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    EXPECT_EQ(Decode({body.substr(0, cut), body.substr(cut)}, limits), whole) << "cut at " << cut;
  }
  std::vector<std::string_view> bytes;
  for (size_t i = 0; i < body.size(); ++i) bytes.push_back(body.substr(i, 1));
  EXPECT_EQ(Decode(bytes, limits), whole) << "byte by byte";
  return whole;
}

TEST(Http1ChunkedDecoder, TakesWhatIsWellFormed) {
  EXPECT_EQ(DecodeInAllCuts("3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nGET"), "abc0123456789|end GET");
  EXPECT_EQ(DecodeInAllCuts("0\r\n\r\n"), "|end ");
  EXPECT_EQ(DecodeInAllCuts("0000a;x=\"y;z\";q\r\n0123456789\r\n000\r\n\r\n"), "0123456789|end ");
  EXPECT_EQ(DecodeInAllCuts("1\r\n\n\r\n0\r\nDigest: abc\r\nX-B:\r\n\r\n"), "\n|end ");
  EXPECT_EQ(DecodeInAllCuts("3\r\nab"), "ab|more");
}

TEST(Http1ChunkedDecoder, RefusesWhatAnotherParserMightReadDifferently) {
  const char* const bad[] = {
      "zz\r\n{}\r\n0\r\n\r\n",
      "\r\n",
      "-1\r\na\r\n",
      "+1\r\na\r\n",
      "0x1\r\na\r\n",
      " 1\r\na\r\n",
      "1 \r\na\r\n",
      "1\na\r\n0\r\n\r\n",
      "1\r\na\n0\r\n\r\n",
      "1\r\nab\r\n0\r\n\r\n",
      "1;a\nb\r\na\r\n0\r\n\r\n",
      "1;a\rb\r\na\r\n0\r\n\r\n",
      "1;\x01\r\na\r\n",
      "11111111111111111\r\n",
      "1\r\na\rb",
      "0\r\n\nGET",
      "0\r\n\rGET",
      "0\r\n a: b\r\n\r\n",
      "0\r\na b: c\r\n\r\n",
      "0\r\na : c\r\n\r\n",
      "0\r\n: c\r\n\r\n",
      "0\r\na: b\nc\r\n\r\n",
      "0\r\na: b\rc\r\n\r\n",
  };
  for (const char* body : bad) {
    const std::string result = DecodeInAllCuts(body);
    EXPECT_NE(result.find("|400: "), std::string::npos) << body << " gave " << result;
  }
}

TEST(Http1ChunkedDecoder, HoldsItsBounds) {
  EXPECT_EQ(DecodeInAllCuts("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", {.body_bytes_max = 5}),
            "abc|413: the body is larger than 5 bytes");
  EXPECT_EQ(DecodeInAllCuts("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", {.body_bytes_max = 5}), "abcde|end ");
  EXPECT_EQ(DecodeInAllCuts("ffffffffffffffff\r\n", {.body_bytes_max = 5}), "|413: the body is larger than 5 bytes");
  EXPECT_EQ(DecodeInAllCuts("1;" + std::string(20, 'x') + "\r\n", {.chunk_line_bytes_max = 16}),
            "|400: a chunk size line is longer than 16 bytes");
  EXPECT_EQ(DecodeInAllCuts("0\r\na: " + std::string(20, 'x') + "\r\n\r\n", {.trailer_bytes_max = 16}),
            "|431: trailers exceed 16 bytes");
}

TEST(Http1ChunkedDecoder, RefusesABodyThatIsMostlyFraming) {
  std::string body;
  for (int i = 0; i < 200; ++i) body += "1;" + std::string(200, 'x') + "\r\na\r\n";
  EXPECT_NE(Decode({body}).find("|400: the chunked body is mostly framing"), std::string::npos);
  body.clear();
  for (int i = 0; i < 100000; ++i) body += "1\r\na\r\n";
  EXPECT_TRUE(Decode({body}).ends_with("|more"));
}

TEST(Http1ChunkedDecoder, ServesTheNextBodyAfterReset) {
  Http1ChunkedDecoder decoder({.body_bytes_max = 3});
  for (int i = 0; i < 3; ++i) {
    std::string_view input = "3\r\nabc\r\n0\r\n\r\n";
    EXPECT_EQ(decoder.Next(input), Event::kData);
    EXPECT_EQ(decoder.Next(input), Event::kEnd);
    decoder.Reset();
  }
}

}  // namespace
}  // namespace minato::http
