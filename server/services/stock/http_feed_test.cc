#include "server/services/stock/http_feed.h"

#include <gtest/gtest.h>

#include "runtime/test_loop.h"
#include "server/backends/http_client/loopback_server.h"

namespace minato::stock {
namespace {

using http_client::LoopbackServer;

class HttpFeedTest : public testing::Test {
 protected:
  // What a feed makes of an API that answers `answer`.
  StatusOr<v1::Quote> FetchFrom(LoopbackServer::Answer answer, HttpFeedConfig config = {}) {
    const auto server = *LoopbackServer::Start([&](std::string_view target) {
      asked_for_ = target;
      return answer;
    });
    config.url_template = server->Url("/quote?symbol={symbol}&key=1");
    host_ = fmt::format("127.0.0.1:{}", server->port());
    TestLoop loop;
    http_client::Client client;
    const auto feed = *HttpFeed::Create(config, client);
    return loop.Run(feed->Fetch(*Symbol::Parse("brk.b")));
  }
  StatusOr<v1::Quote> FetchFromJson(std::string_view json, HttpFeedConfig config = {}) {
    return FetchFrom({LoopbackServer::Ok("application/json", json)}, config);
  }

  std::string asked_for_;
  std::string host_;
};

TEST_F(HttpFeedTest, AsksForTheSymbolAndReadsThePrice) {
  const v1::Quote quote = *FetchFromJson(R"({"price": 187.25, "else": [1, 2]})");
  EXPECT_EQ(asked_for_, "/quote?symbol=BRK.B&key=1");
  EXPECT_EQ(quote.symbol(), "BRK.B");
  EXPECT_EQ(quote.price_cents(), 18725);
  EXPECT_EQ(quote.currency_code(), "USD");
  EXPECT_GT(quote.quote_time().seconds(), 0);
  EXPECT_FALSE(quote.simulated());
}

TEST_F(HttpFeedTest, ReadsThePartsThatTheConfigurationNames) {
  const v1::Quote quote =
      *FetchFromJson(R"({"Global Quote": {"05. price": "12.345"}, "units": ["EUR"]})",
                     {.url_template = "",
                      .price_pointer = "/Global Quote/05. price",
                      .currency_pointer = "/units/0"});
  EXPECT_EQ(quote.price_cents(), 1235);
  EXPECT_EQ(quote.currency_code(), "EUR");
}

TEST_F(HttpFeedTest, AnUnknownShareIsNotFound) {
  EXPECT_EQ(FetchFrom({"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}).status(),
            NotFound("no share has the symbol BRK.B"));
}

TEST_F(HttpFeedTest, AnAnswerThatIsNoQuoteIsUnavailableAndSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"{\"price\": 1", "answered something that is no JSON"},
      {"", "answered something that is no JSON"},
      {"<html>", "answered something that is no JSON"},
      {"{}", "answered JSON without /price"},
      {"[1]", "answered JSON without /price"},
      {R"({"price": null})", "answered JSON in which /price is no price"},
      {R"({"price": "soon"})", "answered JSON in which /price is no price"},
      {R"({"price": -1})", "answered JSON in which /price is no price"},
      {R"({"price": 1e300})", "answered JSON in which /price is no price"},
      {R"({"price": "nan"})", "answered JSON in which /price is no price"},
      {R"({"price": {"amount": 1}})", "answered JSON in which /price is no price"},
  };
  for (const auto& [json, message] : cases) {
    const Status status = FetchFromJson(json).status();
    EXPECT_EQ(status, Unavailable("{} {}", host_, message)) << json;
  }
}

TEST_F(HttpFeedTest, FaultsOfTheUpstreamAreErrorsThatNameIt) {
  const std::pair<LoopbackServer::Answer, StatusCode> cases[] = {
      {{"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"}, StatusCode::kUnavailable},
      {{"garbage\r\n\r\n", LoopbackServer::Then::kClose}, StatusCode::kUnavailable},
      {{"", LoopbackServer::Then::kClose}, StatusCode::kUnavailable},
      {{LoopbackServer::Ok("text/plain", std::string(1001, ' '))}, StatusCode::kResourceExhausted},
      {{"", LoopbackServer::Then::kFallSilent}, StatusCode::kDeadlineExceeded},
  };
  for (const auto& [answer, code] : cases) {
    const Status status =
        FetchFrom(answer,
                  {.url_template = "", .timeout = absl::Milliseconds(30), .body_bytes_max = 1000})
            .status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(MessageOf(status).find(host_), std::string_view::npos) << status;
  }
}

TEST_F(HttpFeedTest, AWrongSettingIsNamed) {
  http_client::Client client;
  const std::pair<HttpFeedConfig, const char*> cases[] = {
      {{.url_template = "http://a/"}, "url_template: "},
      {{.url_template = "file:///{symbol}"}, "url_template: "},
      {{.url_template = "http://a/{symbol}", .price_pointer = "price"}, "price_pointer: "},
      {{.url_template = "http://a/{symbol}", .currency_pointer = "c"}, "currency_pointer: "},
  };
  for (const auto& [config, prefix] : cases) {
    const Status status = HttpFeed::Create(config, client).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(MessageOf(status).starts_with(prefix)) << status;
  }
}

}  // namespace
}  // namespace minato::stock
