// A feed that says what it is told to, and the environment around it.
#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "minato/stock/v1/stock.minato.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"
#include "server/call/test_call.h"
#include "server/services/stock/env.h"

namespace minato::stock {

// Belongs to one executor, unlike other feeds.
class ScriptedFeed final : public QuoteFeed {
 public:
  // From now on `symbol` costs so much; any other is not found.
  void Answer(std::string symbol, int64_t price_cents) { prices_[std::move(symbol)] = price_cents; }
  void FailWith(Status failure) { failure_ = std::move(failure); }
  void AnswerAfter(absl::Duration delay) { delay_ = delay; }

  int fetches() const { return fetches_; }

  Task<StatusOr<v1::Quote>> Fetch(Symbol symbol) override {
    ++fetches_;
    CO_TRY(co_await Sleep(delay_));
    CO_TRY(failure_);
    const auto price = prices_.find(symbol.text());
    if (price == prices_.end()) co_return NotFound("no share has the symbol {}", symbol.text());
    const TaskContext& context = co_await CurrentContext();
    co_return MakeQuote(symbol, price->second, "USD", context.home->Now());
  }

 private:
  std::map<std::string, int64_t> prices_;
  Status failure_;
  absl::Duration delay_;
  int fetches_ = 0;
};

struct StockFixture : testing::Test {
  StatusOr<v1::Quote> Quote(std::string_view symbol) {
    TestCall call(loop);
    v1::GetQuoteRequest request;
    request.set_symbol(std::string(symbol));
    return loop.Run(GetQuote(env, call, request));
  }

  ManualExecutor loop;
  ScriptedFeed feed;
  StockConfig config;
  StockEnv env{config, feed};
};

}  // namespace minato::stock
