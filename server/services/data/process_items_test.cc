#include "server/services/data/data_fixture.h"

namespace minato::data {
namespace {

struct ProcessItemsTest : DataFixture {
  StatusOr<v1::ProcessItemsResponse> Process(int items) {
    v1::ProcessItemsRequest request;
    for (int i = 0; i < items; ++i) request.add_items()->set_number_value(i);
    return loop.Run(ProcessItems(Env(), call, request));
  }
};

TEST_F(ProcessItemsTest, AnswersWhenAllAreDone) {
  const v1::ProcessItemsResponse response = *Process(3);
  EXPECT_EQ(response.message(), "Data processed");
  EXPECT_EQ(response.processed_count(), 3);
  const CallContext::Fields accepted = {{"minato-http-status", "202"}};
  EXPECT_EQ(call.initial_metadata(), accepted);
}

TEST_F(ProcessItemsTest, ProcessesABoundedNumberAtOnce) {
  const absl::Time start = loop.Now();
  EXPECT_TRUE(Process(16).ok());
  EXPECT_EQ(loop.Now() - start, absl::Milliseconds(1));
  EXPECT_TRUE(Process(17).ok());
  EXPECT_EQ(loop.Now() - start, absl::Milliseconds(3));
}

TEST_F(ProcessItemsTest, NothingIsDoneAtOnce) { EXPECT_EQ(Process(0)->processed_count(), 0); }

TEST_F(ProcessItemsTest, TakesAtMostTenThousandItems) {
  EXPECT_EQ(Process(10'000)->processed_count(), 10'000);
  EXPECT_EQ(MessageOf(Process(10'001).status()),
            "items: has 10001 elements, must have at most 10000");
}

}  // namespace
}  // namespace minato::data
