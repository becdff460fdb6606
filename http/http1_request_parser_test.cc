#include "http/http1_request_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace minato::http {
namespace {

using Event = Http1RequestParser::Event;

std::string Describe(const Http1RequestHead& head) {
  std::string text = fmt::format("{} path={} query={} authority={} 1.{}\n", head.method(), head.path(), head.query(),
                                 head.authority(), head.version() == Http1Version::k11 ? 1 : 0);
  for (size_t i = 0; i < head.header_count(); ++i) {
    text += fmt::format("{}={}\n", head.header(i).name, head.header(i).value);
  }
  text += fmt::format("framing={} length={} keep_alive={} expects={} bytes={}\n", static_cast<int>(head.framing()),
                      head.content_length(), head.keep_alive(), head.expects_continue(), head.bytes().size());
  return text;
}

// Everything the parser says about the pieces, with body pieces joined. Each piece is destroyed before the next comes,
// so a view that should have been retained is caught by the address sanitizer.
std::string Parse(const std::vector<std::string>& pieces, const Http1Limits& limits = {}) {
  Http1RequestParser parser(limits);
  std::string text;
  std::string body;
  for (const std::string& piece : pieces) {
    const std::string copy = piece;
    std::string_view input = copy;
    while (true) {
      const Event event = parser.Next(input);
      if (event == Event::kNeedInput) {
        EXPECT_TRUE(input.empty());
        break;
      }
      if (event == Event::kHead) {
        text += Describe(parser.head());
        parser.RetainHead();
      } else if (event == Event::kBody) {
        body += parser.body();
      } else if (event == Event::kEnd) {
        text += fmt::format("body={} end of {}\n", body, parser.head().target());
        if (parser.head().framing() == BodyFraming::kChunked) {
          for (const HeaderField field : parser.trailers()) text += fmt::format("trailer {}={}\n", field.name, field.value);
        }
        body.clear();
        parser.Restart();
      } else {
        return text + fmt::format("{}{}: {}", body.empty() ? "" : "body=" + body + " ", parser.error().http_status(),
                                  parser.error().message);
      }
    }
  }
  return text + (parser.idle() ? "idle" : "more");
}

std::string ParseInAllCuts(const std::string& bytes, const Http1Limits& limits = {}) {
  const std::string whole = Parse({bytes}, limits);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Parse({bytes.substr(0, cut), bytes.substr(cut)}, limits), whole) << "cut at " << cut << " of " << bytes;
  }
  std::vector<std::string> single;
  for (char c : bytes) single.emplace_back(1, c);
  EXPECT_EQ(Parse(single, limits), whole) << "byte by byte: " << bytes;
  return whole;
}

TEST(Http1RequestParser, ReadsASmallGet) {
  EXPECT_EQ(ParseInAllCuts("GET /v1/users/5?a=b&c HTTP/1.1\r\nHost: x.test:80\r\nX-Empty:\r\nX-A: \t b c \t\r\n\r\n"),
            "GET path=/v1/users/5 query=a=b&c authority=x.test:80 1.1\n"
            "Host=x.test:80\nX-Empty=\nX-A=b c\n"
            "framing=0 length=0 keep_alive=true expects=false bytes=75\n"
            "body= end of /v1/users/5?a=b&c\nidle");
}

TEST(Http1RequestParser, ReadsABodyByItsLength) {
  EXPECT_EQ(ParseInAllCuts("POST / HTTP/1.1\r\nhost:x\r\nCONTENT-length: 007\r\nExpect: 100-Continue\r\n\r\n{\r\n\r\n}\n"),
            "POST path=/ query= authority=x 1.1\n"
            "host=x\nCONTENT-length=007\nExpect=100-Continue\n"
            "framing=1 length=7 keep_alive=true expects=true bytes=70\n"
            "body={\r\n\r\n}\n end of /\nidle");
}

TEST(Http1RequestParser, ReadsAChunkedBody) {
  EXPECT_EQ(ParseInAllCuts("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                           "2;e=f\r\n{}\r\n1\r\n\n\r\n0\r\nT: u\r\n\r\n"),
            "POST path=/a query= authority=x 1.1\n"
            "Host=x\nTransfer-Encoding=Chunked\n"
            "framing=2 length=0 keep_alive=true expects=false bytes=57\n"
            "body={}\n end of /a\ntrailer t=u\nidle");
}

TEST(Http1RequestParser, ReadsPipelinedRequestsOneByOne) {
  const std::string result = ParseInAllCuts(
      "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
      "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n"
      "\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\nGET /4 HT");
  EXPECT_NE(result.find("body=ab end of /1\n"), std::string::npos);
  EXPECT_NE(result.find("body=c end of /2\n"), std::string::npos);
  EXPECT_NE(result.find("body= end of /3\nmore"), std::string::npos);
}

TEST(Http1RequestParser, SaysHowMuchItUsedOfTheInput) {
  Http1RequestParser parser;
  std::string_view input = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n";
  EXPECT_EQ(parser.Next(input), Event::kHead);
  EXPECT_EQ(parser.Next(input), Event::kEnd);
  EXPECT_EQ(input, "GET /2 HTTP/1.1\r\n");
  EXPECT_EQ(parser.Next(input), Event::kEnd) << "it waits for Restart";
  EXPECT_EQ(input, "GET /2 HTTP/1.1\r\n");
  parser.Restart();
  EXPECT_TRUE(parser.idle());
  EXPECT_EQ(parser.Next(input), Event::kNeedInput);
  EXPECT_TRUE(input.empty());
  EXPECT_FALSE(parser.idle());
}

TEST(Http1RequestParser, EmptyLinesBeginARequestIfTold) {
  for (const bool begin : {false, true}) {
    Http1RequestParser parser({.blank_lines_begin = begin});
    std::string_view input = "\r\n";
    EXPECT_EQ(parser.Next(input), Event::kNeedInput);
    EXPECT_EQ(parser.idle(), !begin);
  }
}

TEST(Http1RequestParser, KnowsTheSchemeOfAUrl) {
  for (const auto& [target, scheme] : {std::pair("/a", ""), std::pair("HTTPS://h/a", "HTTPS"), std::pair("http://h", "http")}) {
    Http1RequestParser parser;
    const std::string bytes = fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target);
    std::string_view input = bytes;
    ASSERT_EQ(parser.Next(input), Event::kHead);
    EXPECT_EQ(parser.head().scheme(), scheme);
  }
}

TEST(Http1RequestParser, HoldsViewsOfTheInputUntilTheHeadIsRetained) {
  Http1RequestParser parser;
  std::string bytes = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string_view input = bytes;
  ASSERT_EQ(parser.Next(input), Event::kHead);
  EXPECT_EQ(parser.head().bytes().data(), bytes.data()) << "no copy was made";
  parser.RetainHead();
  bytes.assign(bytes.size(), '?');
  EXPECT_EQ(parser.head().path(), "/1");
  EXPECT_EQ(parser.head().Find(KnownHeader::kHost), "x");
  EXPECT_EQ(parser.head().bytes(), "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(Http1RequestParser, FindsHeadersInAnyCase) {
  Http1RequestParser parser;
  std::string_view input =
      "GET / HTTP/1.1\r\nHOST: x\r\nx-Thing: 1\r\nX-thing: 2\r\nACCEPT: a\r\nAccept: b\r\n\r\n";
  ASSERT_EQ(parser.Next(input), Event::kHead);
  EXPECT_EQ(parser.head().Find("x-thing"), "1");
  EXPECT_EQ(parser.head().Find("host"), "x");
  EXPECT_EQ(parser.head().Find(KnownHeader::kAccept), "a");
  EXPECT_EQ(parser.head().header(4).known, KnownHeader::kAccept);
  EXPECT_FALSE(parser.head().Find("x-other").has_value());
  EXPECT_FALSE(parser.head().Find(KnownHeader::kCookie).has_value());
}

TEST(Http1RequestParser, KnowsTheFormsOfATarget) {
  const auto first_line = [](const std::string& line) {
    const std::string result = ParseInAllCuts(line + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return result.substr(0, result.find('\n'));
  };
  EXPECT_EQ(first_line("GET http://o.test/v1?n=x"), "GET path=/v1 query=n=x authority=o.test 1.1");
  EXPECT_EQ(first_line("GET HTTPS://o.test:1"), "GET path=/ query= authority=o.test:1 1.1");
  EXPECT_EQ(first_line("GET http://[::1]:8?q"), "GET path=/ query=q authority=[::1]:8 1.1");
  EXPECT_EQ(first_line("OPTIONS *"), "OPTIONS path=* query= authority=h 1.1");
  EXPECT_EQ(first_line("GET /a?b?c"), "GET path=/a query=b?c authority=h 1.1");
  EXPECT_EQ(first_line("GET /?"), "GET path=/ query= authority=h 1.1");
  EXPECT_EQ(first_line("GET //a//"), "GET path=//a// query= authority=h 1.1");
  EXPECT_EQ(first_line("FROB /"), "FROB path=/ query= authority=h 1.1");
}

TEST(Http1RequestParser, KnowsWhetherAnotherRequestMayFollow) {
  const auto keep_alive = [](const std::string& version, const std::string& headers) {
    return ParseInAllCuts("GET / HTTP/" + version + "\r\nHost: h\r\n" + headers + "\r\n")
               .find("keep_alive=true") != std::string::npos;
  };
  EXPECT_TRUE(keep_alive("1.1", ""));
  EXPECT_FALSE(keep_alive("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keep_alive("1.1", "Connection: x\r\nConnection: keep-alive ,\tclose\r\n"));
  EXPECT_TRUE(keep_alive("1.1", "Connection: closer\r\n"));
  EXPECT_FALSE(keep_alive("1.0", ""));
  EXPECT_TRUE(keep_alive("1.0", "Connection: x, Keep-Alive\r\n"));
}

TEST(Http1RequestParser, SeesAnUpgradeOnlyIfTheConnectionNamesIt) {
  const auto wants = [](const std::string& headers) {
    Http1RequestParser parser;
    const std::string bytes = "GET /ws HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
    std::string_view input = bytes;
    EXPECT_EQ(parser.Next(input), Event::kHead);
    return parser.head().WantsUpgradeTo("websocket");
  };
  EXPECT_TRUE(wants("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"));
  EXPECT_TRUE(wants("Upgrade: h2c, websocket\r\nConnection: upgrade\r\n"));
  EXPECT_FALSE(wants("Upgrade: websocket\r\n"));
  EXPECT_FALSE(wants("Connection: upgrade\r\nUpgrade: h2c\r\n"));
  EXPECT_FALSE(wants("Connection: upgrade\r\n"));
}

TEST(Http1RequestParser, LeavesTheExpectationOfAnOldOrBodilessRequestAlone) {
  EXPECT_NE(ParseInAllCuts("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n").find("expects=false"),
            std::string::npos);
  EXPECT_NE(ParseInAllCuts("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx").find("expects=false"),
            std::string::npos);
}

struct BadRequest {
  std::string bytes;
  std::string answer;  // Status, and the beginning of what is wrong.
};

TEST(Http1RequestParser, RefusesBadRequestsAndSaysWhatIsWrong) {
  using namespace std::string_literals;
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const BadRequest cases[] = {
      {"\x16\x03\x01\x02", "400: this is no HTTP request: it begins with byte 0x16"},  // TLS
      {"\0\0\0"s, "400: this is no HTTP request: it begins with byte 0x00"},
      {" GET / HTTP/1.1\r\n", "400: this is no HTTP request"},
      {"\nGET / HTTP/1.1\r\n", "400: a line of the head ends with a bare LF"},
      {"\rGET / HTTP/1.1\r\n", "400: byte 0x0d in the request method"},
      {"\r\n\r\n\r\n\r\n\r\nGET", "400: too many empty lines"},
      {"GET\r\n", "400: the request line has no target"},
      {"GET /\r\n", "400: the request line has no HTTP version"},
      {"GET / \r\n", "400: the request line does not end with an HTTP version"},
      {"GET  / HTTP/1.1\r\n", "400: the request line has more than one space before its target"},
      {"GET /  HTTP/1.1\r\n", "400: the request line does not end with"},
      {"GET / HTTP/1.1 \r\n", "400: the request line does not end with"},
      {"GET / http/1.1\r\n", "400: the request line does not end with"},
      {"GET / HTTP/1.1x\r\n", "400: the request line does not end with"},
      {"GET\t/ HTTP/1.1\r\n", "400: byte 0x09 in the request method"},
      {"G(T / HTTP/1.1\r\n", "400: '(' in the request method"},
      {"GET /a\tb HTTP/1.1\r\n", "400: byte 0x09 in the request target"},
      {"GET /a b HTTP/1.1\r\n", "400: the request line does not end with"},
      {"GET /\xe2\x82\xac HTTP/1.1\r\n", "400: byte 0xe2 in the request target"},
      {"GET /a\x7f HTTP/1.1\r\n", "400: byte 0x7f in the request target"},
      {"GET /a\0b HTTP/1.1\r\n"s, "400: byte 0x00 in the request target"},
      {"GET /a\rb HTTP/1.1\r\n", "400: byte 0x0d in the request target"},
      {"GET /a#b HTTP/1.1\r\n", "400: the request target holds a fragment"},
      {"GET a HTTP/1.1\r\n", "400: the request target is neither a path nor an http URL"},
      {"GET * HTTP/1.1\r\n", "400: only OPTIONS may ask for *"},
      {"GET ftp://a/ HTTP/1.1\r\n", "400: the request target is neither"},
      {"GET http:///a HTTP/1.1\r\n", "400: the request target names no valid host"},
      {"GET http://u@h/a HTTP/1.1\r\n", "400: the request target names no valid host"},
      {"CONNECT h:443 HTTP/1.1\r\n", "501: CONNECT is not served here"},
      {"GET / HTTP/0.9\r\n", "505: HTTP/0.9 is not served"},
      {"GET / HTTP/1.2\r\n", "505: HTTP/1.2 is not served"},
      {"GET / HTTP/3.0\r\n", "505: HTTP/3.0 is not served"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505: HTTP/2 begins with another preface"},
      {"GET / HTTP/1.1\nHost: h\n\n", "400: a line of the head ends with a bare LF"},
      {"GET / HTTP/1.1\r\nHost: h\n\n", "400: a line of the head ends with a bare LF"},
      {get + "\n", "400: a line of the head ends with a bare LF"},
      {get + "A: b\rc\r\n\r\n", "400: a bare CR in the header A"},
      {get + "A: b\r\r\n\r\n", "400: a bare CR in the header A"},
      {get + "A: b\0c\r\n\r\n"s, "400: byte 0x00 in the header A"},
      {get + "A: 0123456789abcdef\x01\r\n\r\n", "400: byte 0x01 in the header A"},
      {get + "A: b\x7f\r\n\r\n", "400: byte 0x7f in the header A"},
      {get + "A : b\r\n\r\n", "400: white space in or after a header name"},
      {get + "A\t: b\r\n\r\n", "400: white space in or after a header name"},
      {get + " A: b\r\n\r\n", "400: a header line is folded"},
      {get + "A: b\r\n c\r\n\r\n", "400: a header line is folded"},
      {get + "A: b\r\n\tc\r\n\r\n", "400: a header line is folded"},
      {get + "nonsense\r\n\r\n", "400: a header line has no colon"},
      {get + ": b\r\n\r\n", "400: a header line has no name"},
      {get + "A(b): c\r\n\r\n", "400: '(' in a header name"},
      {get + "A\xc3\xa9: c\r\n\r\n", "400: byte 0xc3 in a header name"},
      {"GET / HTTP/1.1\r\n\r\n", "400: an HTTP/1.1 request needs a Host header"},
      {get + "host: h\r\n\r\n", "400: more than one Host header"},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400: the Host header is no valid host"},
      {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400: the Host header is no valid host"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400: the Host header is no valid host"},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "400: more than one Content-Length"},
      {post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "400: more than one Content-Length"},
      {post + "Content-Length: 1, 1\r\n\r\n", "400: the Content-Length header is no decimal number"},
      {post + "Content-Length: +1\r\n\r\n", "400: the Content-Length header is no decimal number"},
      {post + "Content-Length: -1\r\n\r\n", "400: the Content-Length header is no decimal number"},
      {post + "Content-Length: 0x1\r\n\r\n", "400: the Content-Length header is no decimal number"},
      {post + "Content-Length: 1 1\r\n\r\n", "400: the Content-Length header is no decimal number"},
      {post + "Content-Length:\r\n\r\n", "400: the Content-Length header is empty"},
      {post + "Content-Length: 18446744073709551616\r\n\r\n", "400: the Content-Length header is out of range"},
      {post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", "400: both Content-Length and"},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", "400: both Content-Length and"},
      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "400: more than one Transfer-Encoding"},
      {post + "Transfer-Encoding: gzip\r\n\r\n", "501: the only transfer coding served is chunked"},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "501: the only transfer coding served is chunked"},
      {post + "Transfer-Encoding: chunked, identity\r\n\r\n", "501: the only transfer coding served is chunked"},
      {post + "Transfer-Encoding: xchunked\r\n\r\n", "501: the only transfer coding served is chunked"},
      {post + "Transfer-Encoding: \x0b" "chunked\r\n\r\n", "400: byte 0x0b in the header Transfer-Encoding"},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400: Transfer-Encoding in an HTTP/1.0 request"},
      {post + "Expect: miracles\r\n\r\n", "417: the only expectation served is 100-continue"},
  };
  for (const BadRequest& bad : cases) {
    const std::string result = ParseInAllCuts(bad.bytes);
    EXPECT_TRUE(result.starts_with(bad.answer)) << bad.bytes << "\ngave " << result << "\nnot  " << bad.answer;
  }
}

TEST(Http1RequestParser, MarksTheHttp2PrefaceApart) {
  Http1RequestParser parser;
  std::string_view input = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  EXPECT_EQ(parser.Next(input), Event::kError);
  EXPECT_EQ(parser.error().fault, Http1Fault::kHttp2Preface);
  EXPECT_EQ(parser.error().status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Http1RequestParser, RefusesABadBodyAfterItsHead) {
  const std::string result = ParseInAllCuts(
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n");
  EXPECT_TRUE(result.ends_with("body=a 400: byte 0x7a in a chunk size")) << result;
}

TEST(Http1RequestParser, HoldsItsBoundsAtTheByte) {
  const Http1Limits limits = {.request_line_bytes_max = 32, .head_bytes_max = 80, .headers_max = 3, .body_bytes_max = 4};
  // "GET /… HTTP/1.1" and its CR LF: 16 bytes beside the 'a's.
  const auto request = [](size_t letters, size_t value, const std::string& more = "") {
    return "GET /" + std::string(letters, 'a') + " HTTP/1.1\r\nHost: x\r\nA: " + std::string(value, 'v') + "\r\n" +
           more + "\r\n";
  };
  EXPECT_TRUE(ParseInAllCuts(request(16, 1), limits).ends_with("idle"));
  EXPECT_EQ(ParseInAllCuts(request(17, 1), limits), "414: the request line is longer than 32 bytes");
  EXPECT_TRUE(ParseInAllCuts(request(16, 32), limits).ends_with("idle"));
  EXPECT_EQ(ParseInAllCuts(request(16, 33), limits), "431: the request head is larger than 80 bytes");
  EXPECT_EQ(ParseInAllCuts(request(16, 90), limits), "431: the request head is larger than 80 bytes");
  EXPECT_EQ(ParseInAllCuts("GET /" + std::string(200, 'a'), limits), "414: the request line is longer than 32 bytes");
  EXPECT_TRUE(ParseInAllCuts(request(1, 1, "B: c\r\n"), limits).ends_with("idle"));
  EXPECT_EQ(ParseInAllCuts(request(1, 1, "B: c\r\nD: e\r\n"), limits), "431: more than 3 headers");
  EXPECT_TRUE(ParseInAllCuts(request(1, 1, "Content-Length: 4\r\n") + "abcd", limits).ends_with("idle"));
  EXPECT_EQ(ParseInAllCuts(request(1, 1, "Content-Length: 5\r\n"), limits), "413: the body is larger than 4 bytes");
  EXPECT_EQ(ParseInAllCuts(request(1, 1, "Content-Length: 18446744073709551615\r\n"), limits),
            "413: the body is larger than 4 bytes");
}

// Target and headers of what a lenient parser made of the lines after "GET ".
std::string Leniently(const std::string& bytes, const Http1Leniency& lenient) {
  const Http1Limits limits = {.lenient = lenient};
  const std::string strict = ParseInAllCuts("GET " + bytes);
  EXPECT_TRUE(strict.starts_with("400: ") || strict.starts_with("417: ")) << strict;
  const std::string result = ParseInAllCuts("GET " + bytes, limits);
  return result.substr(0, result.find("framing="));
}

TEST(Http1RequestParser, TakesBareLineFeedsIfTold) {
  EXPECT_EQ(Leniently("/a?b HTTP/1.1\nHost: x\nA: b\r\n\n", {.bare_lf = true}),
            "GET path=/a query=b authority=x 1.1\nHost=x\nA=b\n");
}

TEST(Http1RequestParser, UnfoldsValuesIfToldButNoneThatItReadsItself) {
  const Http1Leniency lenient = {.bare_lf = true, .folded_lines = true};
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost: x\r\nA: b \r\n\tc\r\n \r\n  d \r\nE:\r\n f\r\nG:\n \n\r\n", lenient),
            "GET path=/ query= authority=x 1.1\nHost=x\nA=b \tc   d\nE=f\nG=\n");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost: x\r\nConnection:\r\n close\r\n\r\n", lenient),
            "GET path=/ query= authority=x 1.1\nHost=x\nConnection=close\n");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\n A: b\r\n\r\n", lenient), "400: a header line is folded or begins with white space");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost:\r\n x\r\n\r\n", lenient), "400: the header host is folded");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n 0\r\n\r\n", lenient),
            "400: the header content-length is folded");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\r\n\r\n", lenient),
            "400: a control character in a folded header line");
}

TEST(Http1RequestParser, JoinsRepeatedHostsIfTold) {
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nA: b\r\nHost: x\r\nC: d\r\nHost: y\r\nHost: z\r\nCookie: e\r\n\r\n",
                      {.repeated_host = true}),
            "GET path=/ query= authority=x,y,z 1.1\nA=b\nHost=x,y,z\nC=d\nCookie=e\n");
}

TEST(Http1RequestParser, TakesMoreInTheRequestLineIfTold) {
  EXPECT_EQ(Leniently(" \t /a\t HTTP/1.1 \r\nHost: x\r\n\r\n", {.request_line_spaces = true}),
            "GET path=/a query= authority=x 1.1\nHost=x\n");
  EXPECT_EQ(Leniently("http://y/a HTTP/1.1\r\n\r\n", {.host_by_target = true}),
            "GET path=/a query= authority=y 1.1\n");
  EXPECT_EQ(Leniently("/ HTTP/1.1\r\nHost: x\r\nExpect: luck\r\n\r\n", {.other_expectations = true}),
            "GET path=/ query= authority=x 1.1\nHost=x\nExpect=luck\n");
  EXPECT_NE(ParseInAllCuts("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
                           {.lenient = {.idle_continue = true}}).find("expects=true"),
            std::string::npos);
}

TEST(Http1RequestParser, DropsOrRefusesUnderscoresInNamesIfTold) {
  const std::string bytes =
      "GET /a_b HTTP/1.1\r\nX_a: 1\r\n more\r\nHost: x_y\r\nContent_Length: 9\r\nX-B: c_d\r\n_: 2\r\n\r\n";
  const Http1Leniency folds = {.folded_lines = true};
  const std::string dropped = ParseInAllCuts(bytes, {.lenient = folds, .underscores = Underscores::kDrop});
  EXPECT_TRUE(dropped.starts_with("GET path=/a_b query= authority=x_y 1.1\nHost=x_y\nX-B=c_d\nframing=0 ")) << dropped;
  EXPECT_NE(ParseInAllCuts(bytes, {.lenient = folds}).find("X_a"), std::string::npos);
  EXPECT_EQ(ParseInAllCuts(bytes, {.underscores = Underscores::kRefuse}), "400: an underscore in a header name");
  EXPECT_TRUE(ParseInAllCuts("GET /a_b HTTP/1.1\r\nHost: x_y\r\n\r\n", {.underscores = Underscores::kRefuse})
                  .ends_with("idle"));
}

TEST(Http1RequestParser, GivesOldRequestsAHostIfTold) {
  const Http1Limits limits = {.lenient = {.host_by_target = true}, .http10_host = "z"};
  const std::string named = ParseInAllCuts("GET / HTTP/1.0\r\nA: b\r\n\r\n", limits);
  EXPECT_TRUE(named.starts_with("GET path=/ query= authority=z 1.0\nA=b\nhost=z\nframing=0 ")) << named;
  for (const std::string bytes : {"GET / HTTP/1.0\r\nHost: x\r\n\r\n", "GET http://y/ HTTP/1.0\r\n\r\n"}) {
    EXPECT_EQ(ParseInAllCuts(bytes, limits), ParseInAllCuts(bytes, {.lenient = limits.lenient}));
  }
  EXPECT_EQ(ParseInAllCuts("GET / HTTP/1.1\r\n\r\n", limits), "400: an HTTP/1.1 request needs a Host header");
}

TEST(Http1RequestParser, RefusesOldVersionsAndOddMethodsIfTold) {
  const Http1Limits limits = {.serves_http10 = false, .known_methods_only = true};
  EXPECT_EQ(ParseInAllCuts("GET / HTTP/1.0\r\n\r\n", limits), "505: HTTP/1.0 is not served; use HTTP/1.1");
  EXPECT_EQ(ParseInAllCuts("GET /\r\n", limits), "505: HTTP/0.9 is not served");
  EXPECT_EQ(ParseInAllCuts("GET a\r\n", limits), "400: the request target is neither a path nor an http URL");
  EXPECT_EQ(ParseInAllCuts("BREW / HTTP/1.1\r\n", limits), "400: the request method is unknown");
}

TEST(Http1RequestParser, GivesTheTargetOfAnAbsoluteUrlAsItsHostWouldGetIt) {
  for (const auto& [target, origin] : std::vector<std::pair<std::string, std::string_view>>{
           {"/a?b", "/a?b"}, {"/a?", "/a?"}, {"http://y", "/"}, {"http://y/a?b", "/a?b"}, {"http://y?b", "/?b"}}) {
    const std::string bytes = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    Http1RequestParser parser;
    std::string_view input = bytes;
    ASSERT_EQ(parser.Next(input), Event::kHead);
    EXPECT_EQ(parser.head().origin_form(), origin);
  }
}

TEST(Http1RequestParser, KeepsTrailersButThoseThatBelongToHeads) {
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nX-A: b c \r\nContent-Length: 4\r\nx-d:\r\nHost: y\r\n\r\n";
  const std::string result = ParseInAllCuts(bytes + bytes);
  const std::string end = "body=a end of /\ntrailer x-a=b c\ntrailer x-d=\n";
  EXPECT_TRUE(result.ends_with(end + "idle")) << result;
  EXPECT_TRUE(ParseInAllCuts(bytes, {.keep_trailers = false}).ends_with("body=a end of /\nidle"));
}

TEST(Http1RequestParser, KnowsWhetherABodyEndsInWhatHasCome) {
  for (const std::string& body : {std::string("Content-Length: 3\r\n\r\nabc"),
                                  std::string("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n")}) {
    const std::string bytes = "POST / HTTP/1.1\r\nHost: x\r\n" + body;
    for (size_t size = bytes.find("\r\n\r\n") + 4; size <= bytes.size(); ++size) {
      Http1RequestParser parser;
      std::string_view input = std::string_view(bytes).substr(0, size);
      ASSERT_EQ(parser.Next(input), Event::kHead);
      EXPECT_EQ(parser.BodyEndsIn(input), size == bytes.size()) << bytes.substr(0, size);
    }
  }
}

}  // namespace
}  // namespace minato::http
