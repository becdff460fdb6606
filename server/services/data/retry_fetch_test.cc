#include <algorithm>

#include "server/services/data/data_fixture.h"
#include "telemetry/log.h"

namespace minato::data {
namespace {

struct RetryFetchTest : DataFixture {
  StatusOr<v1::RetryFetchResponse> Fetch(std::string_view name,
                                         const DefaultSourcesConfig& sources = {}) {
    v1::RetryFetchRequest request;
    request.set_name(std::string(name));
    testing::internal::CaptureStderr();
    StatusOr<v1::RetryFetchResponse> response = loop.Run(RetryFetch(Env(sources), call, request));
    Log::Flush();
    const std::string logged = testing::internal::GetCapturedStderr();
    lines_logged = std::count(logged.begin(), logged.end(), '\n');
    return response;
  }

  long lines_logged = 0;
};

TEST_F(RetryFetchTest, SucceedsAtTheThirdAttemptAndLogsTheTwoThatFailed) {
  const absl::Time start = loop.Now();
  const v1::RetryFetchResponse response = *Fetch("");
  EXPECT_EQ(response.data(), "Data fetched!");
  EXPECT_EQ(response.attempts(), 3);
  EXPECT_EQ(lines_logged, 2);
  EXPECT_LT(loop.Now() - start, absl::Seconds(10));
}

TEST_F(RetryFetchTest, AnswersTheLastFailureWhenAllAttemptsFail) {
  EXPECT_EQ(Fetch("flaky", {.flaky_fails_always = true}).status(),
            Internal("data source flaky: simulated failure"));
  EXPECT_EQ(lines_logged, 3);
}

TEST_F(RetryFetchTest, WhatWorksAtOnceIsNotTriedAgain) {
  EXPECT_EQ(Fetch("data1")->attempts(), 1);
  EXPECT_EQ(lines_logged, 0);
}

TEST_F(RetryFetchTest, WhatCannotPassIsNotTriedAgain) {
  EXPECT_EQ(Fetch("nowhere").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(lines_logged, 0);
}

}  // namespace
}  // namespace minato::data
