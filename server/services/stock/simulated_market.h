// A market that quotes every well-formed symbol at a made-up price, marked as simulated.
#pragma once

#include <cstdint>

#include "server/services/stock/quote_feed.h"

namespace minato::stock {

// Each symbol takes a random walk of one step a second around a price of its own. The walk is
// worked out from (seed, symbol, time) alone, so that any number of symbols needs no memory, and a
// price is the same in every process with the same seed.
class SimulatedMarket final : public QuoteFeed {
 public:
  explicit SimulatedMarket(uint64_t seed) : seed_(seed) {}

  Task<StatusOr<v1::Quote>> Fetch(Symbol symbol) override;

  int64_t PriceCents(const Symbol& symbol, absl::Time time) const;

 private:
  const uint64_t seed_;
};

}  // namespace minato::stock
