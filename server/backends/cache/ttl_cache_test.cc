#include "server/backends/cache/ttl_cache.h"

#include <string>

#include <gtest/gtest.h>

namespace minato {
namespace {

using Cache = TtlCache<int, std::string>;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(TtlCache, ServesAValueUntilItsTimeIsUp) {
  Cache cache(absl::Seconds(60), 100);
  cache.Fill(1, "one", cache.BeginFill(1), kNow);
  EXPECT_EQ(cache.Find(1, kNow + absl::Seconds(59)), "one");
  EXPECT_EQ(cache.Find(1, kNow + absl::Seconds(60)), std::nullopt);
  EXPECT_EQ(cache.Find(2, kNow), std::nullopt);
}

TEST(TtlCache, AReadThatBeganBeforeAWriteDoesNotBringTheOldValueBack) {
  Cache cache(absl::Seconds(60), 100);
  const Cache::Ticket before = cache.BeginFill(1);
  cache.Erase(1);
  cache.Fill(1, "old", before, kNow);
  EXPECT_EQ(cache.Find(1, kNow), std::nullopt);
  cache.Fill(1, "new", cache.BeginFill(1), kNow);
  EXPECT_EQ(cache.Find(1, kNow), "new");
}

TEST(TtlCache, TheLeastRecentlyUsedLeavesFirst) {
  Cache cache(absl::Seconds(60), 16);  // one a shard
  for (int key = 0; key < 1000; ++key) cache.Fill(key, "x", cache.BeginFill(key), kNow);
  int kept = 0;
  for (int key = 0; key < 1000; ++key) kept += cache.Find(key, kNow).has_value();
  EXPECT_LE(kept, 16);
  EXPECT_TRUE(cache.Find(999, kNow).has_value());
}

}  // namespace
}  // namespace minato
