// Counters, gauges and latency histograms that a program shows at /stats.
//
// Instruments are members of whoever counts; a registry knows them by name and prints them. Counting is a relaxed
// atomic on a cache line of the counting thread's: cheap enough for every call.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include <absl/time/time.h>

namespace minato {

// Any thread. Sums over threads are not a snapshot: what is counted meanwhile may or may not be in them.
class Counter {
 public:
  void Add(int64_t by = 1) { shards_[Shard()].value.fetch_add(by, std::memory_order_relaxed); }
  int64_t Value() const;

 private:
  static constexpr size_t kShards = 8;
  struct alignas(64) Cell {
    std::atomic<int64_t> value{0};
  };
  static size_t Shard();
  std::array<Cell, kShards> shards_;
};

// Up and down: what is in flight.
class Gauge {
 public:
  void Add(int64_t by) { counter_.Add(by); }
  int64_t Value() const { return counter_.Value(); }

  // Counts one thing as long as it lives.
  class Held {
   public:
    explicit Held(Gauge& gauge) : gauge_(gauge) { gauge_.Add(1); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { gauge_.Add(-1); }

   private:
    Gauge& gauge_;
  };

 private:
  Counter counter_;
};

// Durations in buckets that double from 1 us to about 67 s.
class Histogram {
 public:
  void Record(absl::Duration value);

  struct Summary {
    int64_t count = 0;
    // Upper bounds of the buckets that hold these shares.
    absl::Duration p50, p90, p99, max;
  };
  Summary Summarize() const;

 private:
  static constexpr size_t kBuckets = 28;
  std::array<std::atomic<int64_t>, kBuckets> buckets_{};
};

// Names of instruments, which must outlive it. "http.requests.in_flight": lower-case words, dots between scopes.
class MetricsRegistry {
 public:
  void Add(std::string name, const Counter& counter);
  void Add(std::string name, const Gauge& gauge);
  void Add(std::string name, const Histogram& histogram);
  // For what is counted elsewhere; called when the metrics are printed.
  void Add(std::string name, std::function<int64_t()> value);

  // {"http.requests":12,"rpc.latency":{"count":…,"p50_us":…,"p90_us":…,"p99_us":…,"max_us":…},…}, sorted by name.
  std::string ToJson() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::function<std::string()>> printers_;
};

}  // namespace minato
