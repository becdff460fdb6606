#include "server/services/data/data_fixture.h"

namespace minato::data {
namespace {

struct FetchDataTest : DataFixture {
  StatusOr<v1::FetchDataResponse> Fetch(std::string_view name,
                                        const DefaultSourcesConfig& sources = {}) {
    v1::FetchDataRequest request;
    request.set_name(std::string(name));
    return loop.Run(FetchData(Env(sources), call, request));
  }
};

TEST_F(FetchDataTest, AnswersAfterTheDelayOfTheSource) {
  const absl::Time start = loop.Now();
  EXPECT_EQ(Fetch("")->data(), "Data fetched!");
  EXPECT_EQ(loop.Now() - start, absl::Seconds(2));
  EXPECT_EQ(Fetch("data2")->data(), "Data 2 fetched!");
  EXPECT_EQ(loop.Now() - start, absl::Seconds(3));
}

TEST_F(FetchDataTest, ASourceThatIsToldToFailFailsInternally) {
  EXPECT_EQ(Fetch("data", {.data_fails = true}).status(),
            Internal("data source data: simulated failure"));
}

TEST_F(FetchDataTest, AnUnknownSourceIsNotFound) {
  EXPECT_EQ(Fetch("nowhere").status(), NotFound("there is no data source 'nowhere'"));
}

}  // namespace
}  // namespace minato::data
