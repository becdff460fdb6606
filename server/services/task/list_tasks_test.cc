#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

struct ListTasksTest : TaskFixture {
  ListTasksTest() {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(Enqueue().ok());
  }

  StatusOr<v1::ListTasksResponse> List(int32_t page_size, std::string page_token = "",
                                       v1::TaskState state = v1::TASK_STATE_UNSPECIFIED) {
    v1::ListTasksRequest request;
    request.set_page_size(page_size);
    request.set_page_token(std::move(page_token));
    request.set_state(state);
    return Call(&ListTasks, request);
  }
  std::vector<int64_t> IdsOfAllPages(v1::TaskState state) {
    std::vector<int64_t> ids;
    std::string token;
    do {
      const v1::ListTasksResponse page = *List(2, token, state);
      for (const v1::Task& task : page.tasks()) ids.push_back(task.id());
      token = page.next_page_token();
    } while (!token.empty());
    return ids;
  }
};

TEST_F(ListTasksTest, PagesGiveEachTaskOnceNewestFirst) {
  EXPECT_EQ(IdsOfAllPages(v1::TASK_STATE_UNSPECIFIED), (std::vector<int64_t>{5, 4, 3, 2, 1}));
}

TEST_F(ListTasksTest, OneStateGivesItsTasksOnly) {
  Claim(2);
  EXPECT_EQ(IdsOfAllPages(v1::TASK_STATE_RUNNING), (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(IdsOfAllPages(v1::TASK_STATE_QUEUED), (std::vector<int64_t>{5, 4, 3}));
  EXPECT_EQ(IdsOfAllPages(v1::TASK_STATE_FAILED), (std::vector<int64_t>{}));
}

TEST_F(ListTasksTest, RefusesATokenOfAnotherStateANegativeSizeAndAnUnknownState) {
  const std::string token = List(2)->next_page_token();
  EXPECT_EQ(MessageOf(List(2, token, v1::TASK_STATE_QUEUED).status()),
            "page_token: is not the next_page_token of this list");
  EXPECT_EQ(List(-1).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(List(2, "", static_cast<v1::TaskState>(9)).status()), "state: 9 is no state");
}

}  // namespace
}  // namespace minato::task
