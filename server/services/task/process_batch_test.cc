#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

struct ProcessBatchTest : TaskFixture {
  StatusOr<v1::ProcessBatchResponse> Process(int count, std::string request_id = "") {
    v1::ProcessBatchRequest request;
    for (int i = 0; i < count; ++i) request.add_batches()->set_number_value(i);
    request.set_request_id(std::move(request_id));
    return Call(&ProcessBatch, request);
  }
  static std::vector<int64_t> Ids(const v1::ProcessBatchResponse& response) {
    return {response.task_ids().begin(), response.task_ids().end()};
  }
};

TEST_F(ProcessBatchTest, EachBatchBecomesATaskInOrder) {
  const v1::ProcessBatchResponse response = *Process(3);
  EXPECT_EQ(response.message(), "Batches are being processed");
  EXPECT_EQ(initial_metadata, kAccepted);
  EXPECT_EQ(Ids(response), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(Get(3)->kind(), v1::TASK_KIND_BATCH);
}

TEST_F(ProcessBatchTest, ARepeatedRequestIdAnswersAllTasksOfTheFirstCall) {
  EXPECT_TRUE(Enqueue().ok());
  const std::vector<int64_t> ids = Ids(*Process(3, "r-1"));
  EXPECT_TRUE(Enqueue().ok());
  EXPECT_EQ(Ids(*Process(2, "r-1")), ids);
  EXPECT_EQ(CountTasks(), 5u);
}

TEST_F(ProcessBatchTest, NoBatchesAreNoTasks) {
  EXPECT_TRUE(Ids(*Process(0, "r-1")).empty());
  EXPECT_TRUE(Ids(*Process(1, "r-1")).empty()) << "the first call's answer";
}

TEST_F(ProcessBatchTest, AQueueThatTakesNotAllOfThemTakesNone) {
  config.unfinished_max = 2;
  Reopen();
  EXPECT_EQ(Process(3).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(CountTasks(), 0u);
  EXPECT_TRUE(Process(2).ok());
}

TEST_F(ProcessBatchTest, RefusesTooManyAndTooLarge) {
  EXPECT_EQ(MessageOf(Process(1001).status()), "batches: has 1001 elements, must have at most 1000");
  v1::ProcessBatchRequest request;
  request.add_batches();
  request.add_batches()->set_string_value(std::string(256 * 1024, 'x'));
  EXPECT_TRUE(MessageOf(Call(&ProcessBatch, request).status()).starts_with("batches[1]: has 2621"));
}

}  // namespace
}  // namespace minato::task
