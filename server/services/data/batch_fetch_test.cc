#include <vector>

#include "server/services/data/data_fixture.h"

namespace minato::data {
namespace {

struct BatchFetchTest : DataFixture {
  StatusOr<v1::BatchFetchResponse> Fetch(const std::vector<std::string>& names) {
    v1::BatchFetchRequest request;
    for (const std::string& name : names) request.add_names(name);
    return loop.Run(BatchFetch(Env(), call, request));
  }
};

TEST_F(BatchFetchTest, EachSourceSucceedsOrFailsOnItsOwn) {
  const v1::BatchFetchResponse response = *Fetch({"data2", "nowhere", "flaky", "data2"});
  ASSERT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.results(0).name(), "data2");
  EXPECT_EQ(response.results(0).data(), "Data 2 fetched!");
  EXPECT_EQ(response.results(1).name(), "nowhere");
  EXPECT_EQ(response.results(1).error().code(), 5);
  EXPECT_EQ(response.results(1).error().message(), "there is no data source 'nowhere'");
  EXPECT_EQ(response.results(2).error().code(), 13);
  EXPECT_EQ(response.results(3).data(), "Data 2 fetched!");
}

TEST_F(BatchFetchTest, FetchesAllAtOnce) {
  const absl::Time start = loop.Now();
  EXPECT_EQ(Fetch(std::vector<std::string>(100, "data"))->results_size(), 100);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(2));
}

TEST_F(BatchFetchTest, TakesOneToAHundredNames) {
  EXPECT_EQ(MessageOf(Fetch({}).status()), "names: has 0 elements, must have 1 to 100");
  EXPECT_EQ(MessageOf(Fetch(std::vector<std::string>(101, "data")).status()),
            "names: has 101 elements, must have 1 to 100");
}

}  // namespace
}  // namespace minato::data
