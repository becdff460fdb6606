#include "server/services/stock/simulated_market.h"

#include <cmath>
#include <string_view>

namespace minato::stock {
namespace {

constexpr double kLowestBaseCents = 1'000;
constexpr double kBaseRatio = 50;     // between the dearest base price and the cheapest
constexpr double kStepSize = 0.0005;  // standard deviation of one step, relative to the price
constexpr int kLevels = 20;           // a walk returns to its base price after 2^20 s, 12 days
constexpr uint64_t kStepBits = (uint64_t{1} << kLevels) - 1;

// Steele, Lea and Flood's SplitMix64: from well spread bits to well spread bits.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

uint64_t Hash(uint64_t seed, std::string_view text) {
  uint64_t hash = Mix(seed);
  for (const char c : text) hash = Mix(hash ^ static_cast<unsigned char>(c));
  return hash;
}

double Uniform(uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1p-53; }  // [0, 1)

// Mean 0, standard deviation 1.
double Deviation(uint64_t hash) { return (Uniform(hash) - 0.5) * std::sqrt(12.0); }

// Where a walk that leaves 0 at time 0 and is back at 0 at time 2^kLevels stands at `step`: the
// middle of an interval lies between its ends, off by a deviation that its length gives (Lévy's
// construction), and so on with the half that holds `step`.
double Walk(uint64_t key, uint64_t step) {
  double left = 0;
  double right = 0;
  uint64_t begin = 0;
  for (int level = kLevels; level > 0; --level) {
    const uint64_t half = uint64_t{1} << (level - 1);
    const uint64_t middle = begin + half;
    const double spread = std::sqrt(static_cast<double>(half) / 2);
    const double height = (left + right) / 2 + spread * Deviation(Mix(key ^ middle));
    if (step < middle) {
      right = height;
    } else {
      left = height;
      begin = middle;
    }
  }
  return left;
}

}  // namespace

int64_t SimulatedMarket::PriceCents(const Symbol& symbol, absl::Time time) const {
  const uint64_t hash = Hash(seed_, symbol.text());
  const uint64_t second = static_cast<uint64_t>(absl::ToUnixSeconds(time));
  const uint64_t round = second >> kLevels;
  const uint64_t step = second & kStepBits;
  const double base = kLowestBaseCents * std::pow(kBaseRatio, Uniform(hash));
  const double walked = kStepSize * Walk(Mix(hash ^ round) & ~kStepBits, step);
  return std::llround(base * std::exp(walked));
}

Task<StatusOr<v1::Quote>> SimulatedMarket::Fetch(Symbol symbol) {
  const TaskContext& context = co_await CurrentContext();
  const absl::Time now = context.home->Now();
  v1::Quote quote = MakeQuote(symbol, PriceCents(symbol, now), "USD", now);
  quote.set_simulated(true);
  co_return quote;
}

}  // namespace minato::stock
