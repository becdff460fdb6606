#include <vector>

#include "server/services/stock/stock_fixture.h"

namespace minato::stock {
namespace {

struct BatchGetQuotesTest : StockFixture {
  StatusOr<v1::BatchGetQuotesResponse> Quotes(const std::vector<std::string>& symbols) {
    TestCall call(loop);
    v1::BatchGetQuotesRequest request;
    for (const std::string& symbol : symbols) request.add_symbols(symbol);
    return loop.Run(BatchGetQuotes(env, call, request));
  }
};

TEST_F(BatchGetQuotesTest, AnswersInTheOrderOfTheRequestAndAsOftenAsAsked) {
  feed.Answer("A", 1);
  feed.Answer("B", 2);
  const v1::BatchGetQuotesResponse response = *Quotes({"b", "A", "B"});
  ASSERT_EQ(response.quotes_size(), 3);
  EXPECT_EQ(response.quotes(0).symbol(), "B");
  EXPECT_EQ(response.quotes(1).symbol(), "A");
  EXPECT_EQ(response.quotes(2).price_cents(), 2);
  EXPECT_EQ(feed.fetches(), 2);
}

TEST_F(BatchGetQuotesTest, FetchesAllAtOnce) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 100; ++i) {
    symbols.push_back(fmt::format("S{}", i));
    feed.Answer(symbols.back(), i);
  }
  feed.AnswerAfter(absl::Seconds(1));
  const absl::Time start = loop.Now();
  EXPECT_EQ(Quotes(symbols)->quotes_size(), 100);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

TEST_F(BatchGetQuotesTest, FailsWhenOneSymbolDoes) {
  feed.Answer("A", 1);
  EXPECT_EQ(Quotes({"A", "NONE"}).status(), NotFound("no share has the symbol NONE"));
}

TEST_F(BatchGetQuotesTest, AMalformedSymbolIsNamedByItsPlace) {
  EXPECT_EQ(MessageOf(Quotes({"A", "B C"}).status()),
            "symbols[1]: must consist of letters, digits, '.' and '-'");
  EXPECT_EQ(feed.fetches(), 0);
}

TEST_F(BatchGetQuotesTest, TakesOneToAHundredSymbols) {
  EXPECT_EQ(MessageOf(Quotes({}).status()), "symbols: has 0 elements, must have 1 to 100");
  EXPECT_EQ(MessageOf(Quotes(std::vector<std::string>(101, "A")).status()),
            "symbols: has 101 elements, must have 1 to 100");
}

}  // namespace
}  // namespace minato::stock
