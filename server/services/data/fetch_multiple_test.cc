#include "server/services/data/data_fixture.h"

namespace minato::data {
namespace {

using FetchMultipleTest = DataFixture;

TEST_F(FetchMultipleTest, TakesAsLongAsOneSource) {
  const absl::Time start = loop.Now();
  const v1::FetchMultipleResponse response = *loop.Run(FetchMultiple(Env(), call, {}));
  EXPECT_EQ(response.data1(), "Data 1 fetched!");
  EXPECT_EQ(response.data2(), "Data 2 fetched!");
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

TEST_F(FetchMultipleTest, WhenOneSourceFailsTheOtherIsNotWaitedFor) {
  DataConfig config;
  config.sources = {
      {"data1", SimulatedSource{"", absl::Seconds(1), kEveryAttempt}},
      {"data2", SimulatedSource{"", absl::Seconds(60)}},
  };
  env = *DataEnv::Create(config, client);
  const absl::Time start = loop.Now();
  EXPECT_EQ(loop.Run(FetchMultiple(*env, call, {})).status(),
            Internal("data source data1: simulated failure"));
  EXPECT_EQ(loop.Now() - start, absl::Seconds(1));
}

}  // namespace
}  // namespace minato::data
