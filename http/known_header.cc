#include "http/known_header.h"

#include <algorithm>
#include <cstring>

namespace minato::http {
namespace {

constexpr size_t kLongestName = 30;

struct Range {
  uint8_t begin = 0;
  uint8_t end = 0;
};

// The names of each length stand together, since the enum is sorted by length.
constexpr std::array<Range, kLongestName + 1> MakeRanges() {
  std::array<Range, kLongestName + 1> ranges{};
  for (size_t i = 0; i < kKnownHeaderCount; ++i) {
    Range& range = ranges[kKnownHeaderNames[i].size()];
    if (range.end == 0) range.begin = static_cast<uint8_t>(i);
    range.end = static_cast<uint8_t>(i + 1);
  }
  return ranges;
}

static_assert(std::is_sorted(kKnownHeaderNames.begin(), kKnownHeaderNames.end(),
                             [](std::string_view a, std::string_view b) { return a.size() < b.size(); }));
static_assert(kKnownHeaderNames.back().size() == kLongestName);

constexpr std::array<Range, kLongestName + 1> kRanges = MakeRanges();

uint64_t LoadLowered(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word | 0x2020202020202020u;
}

// Setting bit 5 lowers letters and keeps '-'. Of the bytes that may stand in a token no other turns into one of these.
bool EqualsLowered(const char* name, const char* lower, size_t size) {
  if (size < sizeof(uint64_t)) {
    for (size_t i = 0; i < size; ++i) {
      if ((name[i] | 0x20) != lower[i]) return false;
    }
    return true;
  }
  for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
    if (LoadLowered(name + i) != LoadLowered(lower + i)) return false;
  }
  const size_t last = size - sizeof(uint64_t);
  return LoadLowered(name + last) == LoadLowered(lower + last);
}

}  // namespace

KnownHeader ClassifyHeader(std::string_view name) {
  if (name.size() > kLongestName) return KnownHeader::kOther;
  const Range range = kRanges[name.size()];
  for (uint8_t i = range.begin; i < range.end; ++i) {
    if (EqualsLowered(name.data(), kKnownHeaderNames[i].data(), name.size())) return static_cast<KnownHeader>(i);
  }
  return KnownHeader::kOther;
}

}  // namespace minato::http
