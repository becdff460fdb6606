// Where quotes come from: a stock API over HTTP (http_feed.h) or the simulated market
// (simulated_market.h).
#pragma once

#include <string_view>

#include "minato/stock/v1/stock.pb.h"
#include "runtime/status.h"
#include "runtime/task.h"
#include "server/services/stock/symbol.h"

namespace minato::stock {

// Thread-safe. Outlives the tasks that are in Fetch.
class QuoteFeed {
 public:
  QuoteFeed() = default;
  QuoteFeed(const QuoteFeed&) = delete;
  QuoteFeed& operator=(const QuoteFeed&) = delete;
  virtual ~QuoteFeed() = default;

  // The price of now. NOT_FOUND if there is no such share.
  virtual Task<StatusOr<v1::Quote>> Fetch(Symbol symbol) = 0;
};

v1::Quote MakeQuote(const Symbol& symbol, int64_t price_cents, std::string_view currency_code,
                    absl::Time time);

}  // namespace minato::stock
