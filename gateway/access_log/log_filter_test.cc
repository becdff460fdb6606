#include "gateway/access_log/log_filter.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

using Config = config::AccessLogFilter;
using Kind = Config::Kind;
using Comparison = Config::Comparison;

AccessLogRecord Record(int status) {
  AccessLogRecord record;
  record.start = absl::UnixEpoch();
  record.end = record.start + absl::Milliseconds(20);
  record.status = status;
  record.request = {{":path", "/v1?a=b"}, {"x-a", "b"}};
  return record;
}

bool Passes(const Config& config, const AccessLogRecord& record) { return LogFilter(config).Passes(record); }

TEST(LogFilter, ComparesTheStatus) {
  const auto filter = [](Comparison comparison) {
    return Config{.kind = Kind::kStatusCode, .comparison = comparison, .value = 400};
  };
  EXPECT_TRUE(Passes(filter(Comparison::kGe), Record(400)));
  EXPECT_FALSE(Passes(filter(Comparison::kGe), Record(399)));
  EXPECT_TRUE(Passes(filter(Comparison::kLe), Record(400)));
  EXPECT_FALSE(Passes(filter(Comparison::kLe), Record(401)));
  EXPECT_TRUE(Passes(filter(Comparison::kEq), Record(400)));
  EXPECT_FALSE(Passes(filter(Comparison::kNe), Record(400)));
}

TEST(LogFilter, ComparesTheDurationInMilliseconds) {
  EXPECT_TRUE(Passes({.kind = Kind::kDuration, .comparison = Comparison::kGe, .value = 20}, Record(200)));
  EXPECT_FALSE(Passes({.kind = Kind::kDuration, .comparison = Comparison::kGe, .value = 21}, Record(200)));
}

TEST(LogFilter, LooksForFlags) {
  AccessLogRecord record = Record(503);
  EXPECT_FALSE(Passes({.kind = Kind::kResponseFlag}, record));
  record.flags.Add(ResponseFlag::kUpstreamRemoteReset);
  EXPECT_TRUE(Passes({.kind = Kind::kResponseFlag}, record));
  EXPECT_TRUE(Passes({.kind = Kind::kResponseFlag, .flags = {"UH", "UR"}}, record));
  EXPECT_FALSE(Passes({.kind = Kind::kResponseFlag, .flags = {"UH"}}, record));
}

TEST(LogFilter, PassesOverHealthChecks) {
  AccessLogRecord record = Record(200);
  EXPECT_TRUE(Passes({.kind = Kind::kNotHealthCheck}, record));
  record.is_health_check = true;
  EXPECT_FALSE(Passes({.kind = Kind::kNotHealthCheck}, record));
}

TEST(LogFilter, MatchesHeaders) {
  const auto header = [](std::string name, std::string value) {
    return Config{.kind = Kind::kHeader,
                  .header = config::HeaderMatcher{.name = name, .value = config::StringMatcher{.text = value}}};
  };
  EXPECT_TRUE(Passes(header("x-a", "b"), Record(200)));
  EXPECT_FALSE(Passes(header("x-a", "c"), Record(200)));
  EXPECT_TRUE(Passes(header(":path", "/v1?a=b"), Record(200)));
}

TEST(LogFilter, JoinsFilters) {
  const Config yes = {.kind = Kind::kNotHealthCheck};
  const Config no = {.kind = Kind::kResponseFlag};
  EXPECT_FALSE(Passes({.kind = Kind::kAnd, .filters = {yes, no}}, Record(200)));
  EXPECT_TRUE(Passes({.kind = Kind::kOr, .filters = {yes, no}}, Record(200)));
}

}  // namespace
}  // namespace minato::gateway
