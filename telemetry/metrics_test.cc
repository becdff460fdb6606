#include "telemetry/metrics.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace minato {
namespace {

TEST(Counter, SumsWhatEveryThreadCounted) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) counter.Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.Value(), 12'000);
}

TEST(Gauge, IsBackAtZeroWhenWhatItCountedHasGone) {
  Gauge gauge;
  {
    Gauge::Held one(gauge);
    Gauge::Held two(gauge);
    EXPECT_EQ(gauge.Value(), 2);
  }
  EXPECT_EQ(gauge.Value(), 0);
}

TEST(Histogram, TellsTheBucketThatHoldsAQuantile) {
  Histogram histogram;
  for (int i = 0; i < 98; ++i) histogram.Record(absl::Microseconds(100));
  histogram.Record(absl::Milliseconds(3));
  histogram.Record(absl::Seconds(200));
  const Histogram::Summary summary = histogram.Summarize();
  EXPECT_EQ(summary.count, 100);
  EXPECT_EQ(summary.p50, absl::Microseconds(128));
  EXPECT_EQ(summary.p90, absl::Microseconds(128));
  EXPECT_EQ(summary.p99, absl::Microseconds(int64_t{1} << 27));
  EXPECT_EQ(summary.max, absl::Microseconds(int64_t{1} << 27));
}

TEST(MetricsRegistry, PrintsEverythingSortedByName) {
  Counter requests;
  requests.Add(3);
  Histogram latency;
  MetricsRegistry registry;
  registry.Add("http.requests", requests);
  registry.Add("http.connections", [] { return int64_t{7}; });
  registry.Add("rpc.latency", latency);
  EXPECT_EQ(registry.ToJson(),
            R"({"http.connections":7,"http.requests":3,)"
            R"("rpc.latency":{"count":0,"p50_us":0,"p90_us":0,"p99_us":0,"max_us":0}})");
}

}  // namespace
}  // namespace minato
