#include "server/services/stock/quote_cache.h"

#include <optional>

#include "runtime/wait.h"

namespace minato::stock {

// Awaited to take part in the fetch of a symbol. Yields the outcome, or nothing: then the awaiting
// task is the one to fetch, and makes a Flight.
class QuoteCache::Joining : private CancelSubscription {
 public:
  using Outcome = std::optional<StatusOr<v1::Quote>>;

  Joining(QuoteCache& cache, const std::string& symbol)
      : CancelSubscription(&OnCancel), cache_(cache), symbol_(symbol) {}

  bool await_ready() const noexcept { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    return Begin(handle.promise().context());
  }
  Outcome await_resume() {
    Unsubscribe();
    return std::move(outcome_);
  }

  void Resume(Outcome outcome) {
    outcome_ = std::move(outcome);
    suspended_.Resume();
  }

 private:
  friend class Flight;

  bool Begin(const TaskContext& context);
  static void OnCancel(CancelSubscription& self);

  QuoteCache& cache_;
  const std::string& symbol_;
  Suspended suspended_;
  CancelToken cancel_;
  Outcome outcome_;

  bool in_line_ = false;                    // under the cache's mutex
  std::list<Joining*>::iterator position_;  // when in line
};

// One fetch, in the frame of the task that does it. Ends by landing or, when it goes without, by
// handing over to the next in line.
class QuoteCache::Flight {
 public:
  Flight(QuoteCache& cache, const std::string& symbol) : cache_(cache), symbol_(symbol) {}
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() {
    if (!landed_) HandOver();
  }

  void Land(const StatusOr<v1::Quote>& outcome, absl::Time now) {
    std::list<Joining*> line;
    {
      const std::lock_guard lock(cache_.mutex_);
      if (outcome.ok()) cache_.Keep(symbol_, *outcome, now);
      line = std::move(cache_.flights_.extract(symbol_).mapped());
      for (Joining* const joining : line) joining->in_line_ = false;
    }
    landed_ = true;
    for (Joining* const joining : line) joining->Resume(outcome);
  }

 private:
  void HandOver() {
    Joining* next = nullptr;
    {
      const std::lock_guard lock(cache_.mutex_);
      const auto flight = cache_.flights_.find(symbol_);
      if (flight->second.empty()) {
        cache_.flights_.erase(flight);
        return;
      }
      next = flight->second.front();
      flight->second.pop_front();
      next->in_line_ = false;
    }
    next->Resume(std::nullopt);
  }

  QuoteCache& cache_;
  const std::string& symbol_;
  bool landed_ = false;
};

bool QuoteCache::Joining::Begin(const TaskContext& context) {
  if (context.cancel.cancelled()) {
    outcome_ = context.cancel.reason();
    return false;
  }
  {
    const std::lock_guard lock(cache_.mutex_);
    const auto fresh = cache_.fresh_.find(symbol_);
    if (fresh != cache_.fresh_.end() && context.home->Now() < fresh->second.until) {
      outcome_ = fresh->second.quote;
      return false;
    }
    const auto [flight, is_first] = cache_.flights_.try_emplace(symbol_);
    if (is_first) return false;
    position_ = flight->second.insert(flight->second.end(), this);
    in_line_ = true;
  }
  cancel_ = context.cancel;
  Subscribe(cancel_);
  return true;
}

void QuoteCache::Joining::OnCancel(CancelSubscription& subscription) {
  auto& self = static_cast<Joining&>(subscription);
  {
    const std::lock_guard lock(self.cache_.mutex_);
    if (!self.in_line_) return;  // resumed already
    self.in_line_ = false;
    self.cache_.flights_.find(self.symbol_)->second.erase(self.position_);
  }
  self.Resume(self.cancel_.reason());
}

void QuoteCache::Keep(const std::string& symbol, const v1::Quote& quote, absl::Time now) {
  while (!by_age_.empty() && (by_age_.front().first <= now || by_age_.size() >= quotes_max_)) {
    // A quote fetched again since has another entry further back.
    const auto fresh = fresh_.find(by_age_.front().second);
    if (fresh != fresh_.end() && fresh->second.until == by_age_.front().first) fresh_.erase(fresh);
    by_age_.pop_front();
  }
  const absl::Time until = now + ttl_;
  fresh_.insert_or_assign(symbol, Fresh{quote, until});
  by_age_.emplace_back(until, symbol);
}

Task<StatusOr<v1::Quote>> QuoteCache::Latest(Symbol symbol) {
  Joining::Outcome shared = co_await Joining(*this, symbol.text());
  if (shared.has_value()) co_return *std::move(shared);

  Flight flight(*this, symbol.text());
  StatusOr<v1::Quote> quote = co_await feed_.Fetch(symbol);
  const TaskContext& context = co_await CurrentContext();
  // Cancellation is this task's own affair, not an outcome for those in line.
  if (quote.ok() || !context.cancel.cancelled()) flight.Land(quote, context.home->Now());
  co_return quote;
}

}  // namespace minato::stock
