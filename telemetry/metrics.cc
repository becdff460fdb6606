#include "telemetry/metrics.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace minato {

size_t Counter::Shard() {
  static std::atomic<size_t> threads{0};
  thread_local const size_t shard = threads.fetch_add(1, std::memory_order_relaxed) % kShards;
  return shard;
}

int64_t Counter::Value() const {
  int64_t sum = 0;
  for (const Cell& cell : shards_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

void Histogram::Record(absl::Duration value) {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(absl::ToInt64Microseconds(value), 0));
  const size_t bucket = std::min<size_t>(std::bit_width(us), kBuckets - 1);
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
}

Histogram::Summary Histogram::Summarize() const {
  std::array<int64_t, kBuckets> counts;
  Summary summary;
  for (size_t i = 0; i < kBuckets; ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
    summary.count += counts[i];
  }
  const auto upper = [](size_t bucket) { return absl::Microseconds(int64_t{1} << bucket); };
  const auto quantile = [&](double share) {
    int64_t left = static_cast<int64_t>(share * static_cast<double>(summary.count));
    for (size_t i = 0; i < kBuckets; ++i) {
      if (left < counts[i]) return upper(i);
      left -= counts[i];
    }
    return upper(kBuckets - 1);
  };
  if (summary.count == 0) return summary;
  summary.p50 = quantile(0.5);
  summary.p90 = quantile(0.9);
  summary.p99 = quantile(0.99);
  for (size_t i = kBuckets; i-- > 0;) {
    if (counts[i] == 0) continue;
    summary.max = upper(i);
    break;
  }
  return summary;
}

void MetricsRegistry::Add(std::string name, const Counter& counter) {
  Add(std::move(name), [&counter] { return counter.Value(); });
}

void MetricsRegistry::Add(std::string name, const Gauge& gauge) {
  Add(std::move(name), [&gauge] { return gauge.Value(); });
}

void MetricsRegistry::Add(std::string name, std::function<int64_t()> value) {
  std::lock_guard lock(mutex_);
  printers_[std::move(name)] = [value = std::move(value)] { return fmt::format("{}", value()); };
}

void MetricsRegistry::Add(std::string name, const Histogram& histogram) {
  std::lock_guard lock(mutex_);
  printers_[std::move(name)] = [&histogram] {
    const Histogram::Summary s = histogram.Summarize();
    return fmt::format(R"({{"count":{},"p50_us":{},"p90_us":{},"p99_us":{},"max_us":{}}})", s.count,
                       absl::ToInt64Microseconds(s.p50), absl::ToInt64Microseconds(s.p90),
                       absl::ToInt64Microseconds(s.p99), absl::ToInt64Microseconds(s.max));
  };
}

std::string MetricsRegistry::ToJson() const {
  std::lock_guard lock(mutex_);
  std::string json = "{";
  for (const auto& [name, print] : printers_) {
    if (json.size() > 1) json += ',';
    fmt::format_to(std::back_inserter(json), R"("{}":{})", name, print());
  }
  return json + "}";
}

}  // namespace minato
