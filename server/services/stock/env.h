// What the handlers of minato.stock.v1.StockService may touch.
#pragma once

#include "server/services/stock/quote_cache.h"

namespace minato::stock {

struct StockConfig {
  absl::Duration quote_ttl = absl::Seconds(5);
  size_t quotes_max = 10'000;  // kept for that long
};

// Thread-safe: the calls of all executors share one. `feed` outlives it.
struct StockEnv {
  StockEnv(const StockConfig& config, QuoteFeed& feed)
      : quotes(feed, config.quote_ttl, config.quotes_max) {}

  QuoteCache quotes;
};

}  // namespace minato::stock
