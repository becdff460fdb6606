// Quotes that are fresh enough to be answered again, and fetches under way that others may share.
#pragma once

#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include <absl/container/flat_hash_map.h>

#include "server/services/stock/quote_feed.h"

namespace minato::stock {

// Thread-safe: one for the tasks of all executors. Must outlive those that are in Latest; `feed`
// must outlive the cache.
class QuoteCache {
 public:
  // A quote is answered for `ttl` after it was fetched; beyond `quotes_max` the oldest go first.
  QuoteCache(QuoteFeed& feed, absl::Duration ttl, size_t quotes_max)
      : feed_(feed), ttl_(ttl), quotes_max_(quotes_max) {}
  QuoteCache(const QuoteCache&) = delete;
  QuoteCache& operator=(const QuoteCache&) = delete;

  // A fresh quote, or what the feed says. Of the tasks that want the same symbol at the same time
  // one fetches, and the others get its outcome, whether quote or error; an error is not kept. When
  // the task that fetches is cancelled, the next one in line fetches in its place.
  Task<StatusOr<v1::Quote>> Latest(Symbol symbol);

 private:
  class Joining;
  class Flight;
  struct Fresh {
    v1::Quote quote;
    absl::Time until;
  };

  void Keep(const std::string& symbol, const v1::Quote& quote, absl::Time now);

  QuoteFeed& feed_;
  const absl::Duration ttl_;
  const size_t quotes_max_;

  std::mutex mutex_;
  absl::flat_hash_map<std::string, Fresh> fresh_;
  std::deque<std::pair<absl::Time, std::string>>
      by_age_;  // of each in fresh_: until when, oldest first
  absl::flat_hash_map<std::string, std::list<Joining*>> flights_;  // who waits for each fetch
};

}  // namespace minato::stock
