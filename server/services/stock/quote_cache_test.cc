#include "server/services/stock/quote_cache.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/test_loop.h"
#include "server/backends/http_client/loopback_server.h"
#include "server/services/stock/http_feed.h"
#include "server/services/stock/stock_fixture.h"

namespace minato::stock {
namespace {

// One who asks for ACME, and may leave before the answer.
struct Asker {
  Asker(ManualExecutor& loop, QuoteCache& quotes) : scope(static_cast<Executor&>(loop)) {
    loop.Enter([&] { scope.Spawn(Ask(*this, quotes)); });
  }

  static Task<void> Ask(Asker& self, QuoteCache& quotes) {
    StatusOr<v1::Quote> quote = co_await quotes.Latest(*Symbol::Parse("ACME"));
    self.outcome = std::move(quote);
  }

  Scope scope;
  std::optional<StatusOr<v1::Quote>> outcome;
};

struct QuoteCacheTest : StockFixture {
  QuoteCacheTest() {
    feed.Answer("ACME", 1250);
    feed.AnswerAfter(absl::Seconds(1));
  }
  std::unique_ptr<Asker> Ask() { return std::make_unique<Asker>(loop, env.quotes); }
  void Leave(Asker& asker) {
    loop.Enter([&] { asker.scope.Cancel(Cancelled("has left")); });
    loop.RunUntilIdle();
  }
};

TEST_F(QuoteCacheTest, RequestsForTheSameSymbolShareOneFetch) {
  std::vector<std::unique_ptr<Asker>> askers;
  for (int i = 0; i < 100; ++i) askers.push_back(Ask());
  loop.Advance(absl::Milliseconds(999));
  EXPECT_FALSE(askers.front()->outcome.has_value());
  loop.Advance(absl::Milliseconds(1));
  for (const auto& asker : askers) EXPECT_EQ(asker->outcome.value()->price_cents(), 1250);
  EXPECT_EQ(feed.fetches(), 1);
}

TEST_F(QuoteCacheTest, RequestsThatWaitedShareTheErrorAndTheNextOneTriesAgain) {
  feed.FailWith(Unavailable("closed"));
  const auto first = Ask();
  const auto second = Ask();
  loop.Advance(absl::Seconds(1));
  EXPECT_EQ(first->outcome.value().status(), Unavailable("closed"));
  EXPECT_EQ(second->outcome.value().status(), Unavailable("closed"));
  EXPECT_EQ(feed.fetches(), 1);
  feed.FailWith(OkStatus());
  EXPECT_TRUE(Quote("ACME").ok());
}

TEST_F(QuoteCacheTest, OneWhoWaitsMayLeave) {
  const auto first = Ask();
  const auto second = Ask();
  const auto third = Ask();
  Leave(*second);
  EXPECT_EQ(second->outcome.value().status(), Cancelled("has left"));
  loop.Advance(absl::Seconds(1));
  EXPECT_TRUE(first->outcome.value().ok());
  EXPECT_TRUE(third->outcome.value().ok());
  EXPECT_EQ(feed.fetches(), 1);
}

TEST_F(QuoteCacheTest, WhenTheOneWhoFetchesLeavesTheNextFetchesInItsPlace) {
  const auto first = Ask();
  const auto second = Ask();
  const auto third = Ask();
  loop.Advance(absl::Milliseconds(500));
  Leave(*first);
  EXPECT_EQ(first->outcome.value().status(), Cancelled("has left"));
  EXPECT_FALSE(second->outcome.has_value());
  loop.Advance(absl::Seconds(1));
  EXPECT_TRUE(second->outcome.value().ok());
  EXPECT_TRUE(third->outcome.value().ok());
  EXPECT_EQ(feed.fetches(), 2);
}

TEST_F(QuoteCacheTest, WhenTheLastOneLeavesNothingIsLeftBehind) {
  const auto first = Ask();
  const auto second = Ask();
  Leave(*first);
  Leave(*second);
  EXPECT_EQ(second->outcome.value().status(), Cancelled("has left"));
  const auto third = Ask();
  loop.Advance(absl::Seconds(1));
  EXPECT_TRUE(third->outcome.value().ok());
}

TEST_F(QuoteCacheTest, BeyondItsSizeTheOldestQuoteGoesFirst) {
  QuoteCache quotes(feed, absl::Seconds(60), 2);
  const auto ask = [&](std::string symbol) {
    feed.Answer(symbol, 1);
    EXPECT_TRUE(loop.Run(quotes.Latest(*Symbol::Parse(symbol))).ok());
    return feed.fetches();
  };
  EXPECT_EQ(ask("A"), 1);
  EXPECT_EQ(ask("B"), 2);
  EXPECT_EQ(ask("C"), 3);  // A goes
  EXPECT_EQ(ask("B"), 3);
  EXPECT_EQ(ask("A"), 4);
}

Task<StatusOr<v1::Quote>> AskFor(QuoteCache& quotes, std::string symbol) {
  CO_TRY(const Symbol parsed, Symbol::Parse(symbol));
  co_return co_await quotes.Latest(parsed);
}

TEST(QuoteCacheAcrossThreads, RequestsOfDifferentExecutorsShareOneFetch) {
  constexpr int kThreads = 4;
  std::atomic<int> waiting = 0;
  std::atomic<int> requests = 0;
  const auto server = *http_client::LoopbackServer::Start([&](std::string_view) {
    ++requests;
    while (waiting < kThreads) std::this_thread::yield();  // until all are about to ask
    return http_client::LoopbackServer::Answer{
        http_client::LoopbackServer::Ok("application/json", R"({"price": 12.5})")};
  });
  TestLoop loops[kThreads];
  http_client::Client client;
  const auto feed = *HttpFeed::Create({.url_template = server->Url("/{symbol}")}, client);
  QuoteCache quotes(*feed, absl::Seconds(60), 100);
  std::vector<std::thread> threads;
  for (TestLoop& loop : loops) {
    threads.emplace_back([&] {
      ++waiting;
      EXPECT_EQ(loop.Run(AskFor(quotes, "ACME"))->price_cents(), 1250);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(requests, 1);
}

// Takes its time, on the executor of whoever asks.
class SlowFeed final : public QuoteFeed {
 public:
  Task<StatusOr<v1::Quote>> Fetch(Symbol symbol) override {
    CO_TRY(co_await Sleep(absl::Microseconds(300)));
    co_return MakeQuote(symbol, 1250, "USD", absl::UnixEpoch());
  }
};

struct Tally {
  int answered = 0;
  int left = 0;

  static Task<void> Ask(Tally& tally, QuoteCache& quotes) {
    StatusOr<v1::Quote> quote = co_await AskFor(quotes, "ACME");
    if (quote.ok()) ++tally.answered;
    if (absl::IsCancelled(quote.status())) ++tally.left;
  }

  // Asks again and again, and leaves after 0, 200 or 400 us.
  static Task<Status> ComeAndLeave(Tally& tally, QuoteCache& quotes, int rounds) {
    const TaskContext& context = co_await CurrentContext();
    for (int i = 0; i < rounds; ++i) {
      Scope scope(context);
      scope.Spawn(Ask(tally, quotes));
      CO_TRY(co_await Sleep(absl::Microseconds(i % 3 * 200)));
      scope.Cancel(Cancelled("has left"));
      CO_TRY(co_await scope.Join());
    }
    co_return OkStatus();
  }
};

TEST(QuoteCacheAcrossThreads, EverybodyGetsAnAnswerOrLeavesWhoeverElseComesAndGoes) {
  constexpr int kRounds = 600;
  SlowFeed feed;
  QuoteCache quotes(feed, absl::ZeroDuration(), 100);
  TestLoop loops[4];
  std::vector<std::thread> threads;
  for (TestLoop& loop : loops) {
    threads.emplace_back([&] {
      Tally tally;
      EXPECT_TRUE(loop.Run(Tally::ComeAndLeave(tally, quotes, kRounds)).ok());
      EXPECT_EQ(tally.answered + tally.left, kRounds);
      EXPECT_GT(tally.answered, 0);
      EXPECT_GT(tally.left, 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace minato::stock
