#include "server/services/stock/simulated_market.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

namespace minato::stock {
namespace {

constexpr absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kRound = absl::Seconds(1 << 20);

const Symbol kAcme = *Symbol::Parse("ACME");

TEST(SimulatedMarket, TheSameSeedGivesTheSamePrices) {
  for (int i = 0; i < 100; ++i) {
    const absl::Time time = kStart + absl::Seconds(i);
    EXPECT_EQ(SimulatedMarket(7).PriceCents(kAcme, time),
              SimulatedMarket(7).PriceCents(kAcme, time));
  }
  EXPECT_NE(SimulatedMarket(7).PriceCents(kAcme, kStart),
            SimulatedMarket(8).PriceCents(kAcme, kStart));
  EXPECT_NE(SimulatedMarket(7).PriceCents(kAcme, kStart),
            SimulatedMarket(7).PriceCents(*Symbol::Parse("ACMF"), kStart));
}

TEST(SimulatedMarket, PricesMoveInSmallSteps) {
  const SimulatedMarket market(7);
  int moved = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double before = market.PriceCents(kAcme, kStart + absl::Seconds(i));
    const double after = market.PriceCents(kAcme, kStart + absl::Seconds(i + 1));
    EXPECT_LT(std::abs(after - before), before * 0.005 + 1);
    moved += before != after;
  }
  EXPECT_GT(moved, 5'000);
}

TEST(SimulatedMarket, WandersFurtherTheLongerItWalks) {
  const SimulatedMarket market(7);
  const auto mean_square = [&](absl::Duration apart) {
    double sum = 0;
    for (int i = 0; i < 400; ++i) {
      const absl::Time time = kStart + i * absl::Seconds(977);
      sum += std::pow(std::log(static_cast<double>(market.PriceCents(kAcme, time + apart)) /
                               static_cast<double>(market.PriceCents(kAcme, time))),
                      2);
    }
    return sum / 400;
  };
  // Of a random walk the square of the distance grows like the time: 16 here.
  const double growth = mean_square(absl::Seconds(1600)) / mean_square(absl::Seconds(100));
  EXPECT_GT(growth, 8);
  EXPECT_LT(growth, 32);
}

TEST(SimulatedMarket, StaysNearItsBasePriceForEver) {
  const SimulatedMarket market(7);
  for (int i = 0; i < 1'000; ++i) {
    const int64_t price = market.PriceCents(kAcme, kStart + i * kRound / 7.3);
    EXPECT_GT(price, 250);
    EXPECT_LT(price, 200'000);
  }
}

}  // namespace
}  // namespace minato::stock
