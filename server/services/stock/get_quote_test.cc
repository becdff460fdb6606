#include "server/services/stock/simulated_market.h"
#include "server/services/stock/stock_fixture.h"

namespace minato::stock {
namespace {

using GetQuoteTest = StockFixture;

TEST_F(GetQuoteTest, AnswersTheQuoteOfTheFeed) {
  feed.Answer("ACME", 18725);
  const v1::Quote quote = *Quote("acme");
  EXPECT_EQ(quote.symbol(), "ACME");
  EXPECT_EQ(quote.price_cents(), 18725);
  EXPECT_EQ(quote.currency_code(), "USD");
  EXPECT_EQ(quote.quote_time().seconds(), absl::ToUnixSeconds(loop.Now()));
  EXPECT_FALSE(quote.simulated());
}

TEST_F(GetQuoteTest, ServesTheCachedQuoteUntilItsTtlEnds) {
  feed.Answer("ACME", 1250);
  EXPECT_EQ(Quote("ACME")->price_cents(), 1250);
  feed.Answer("ACME", 1300);
  loop.Advance(config.quote_ttl - absl::Milliseconds(1));
  EXPECT_EQ(Quote("acme")->price_cents(), 1250);
  loop.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Quote("ACME")->price_cents(), 1300);
  EXPECT_EQ(feed.fetches(), 2);
}

TEST_F(GetQuoteTest, AnErrorIsNotCached) {
  EXPECT_EQ(Quote("ACME").status(), NotFound("no share has the symbol ACME"));
  feed.Answer("ACME", 1250);
  EXPECT_EQ(Quote("ACME")->price_cents(), 1250);
}

TEST_F(GetQuoteTest, AMalformedSymbolNeverReachesTheFeed) {
  EXPECT_EQ(Quote("A B").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(feed.fetches(), 0);
}

TEST_F(GetQuoteTest, TheSimulatedMarketQuotesEverySymbolAndSaysThatItIsSimulated) {
  SimulatedMarket market(1);
  StockEnv simulated(config, market);
  TestCall call(loop);
  v1::GetQuoteRequest request;
  request.set_symbol("no.such-co");
  const v1::Quote quote = *loop.Run(GetQuote(simulated, call, request));
  EXPECT_EQ(quote.symbol(), "NO.SUCH-CO");
  EXPECT_GT(quote.price_cents(), 0);
  EXPECT_TRUE(quote.simulated());
}

}  // namespace
}  // namespace minato::stock
