#include "server/services/task/task_runner.h"

#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

struct TaskRunnerTest : TaskFixture {
  // Runs what is in the queue, one after the other, as a single worker does; the last one's outcome.
  StatusOr<std::string> RunQueue() {
    StatusOr<std::string> outcome = NotFound("the queue is empty");
    for (const ClaimedTask& task : Claim().tasks) outcome = loop.Run(env->runner.Run(task));
    return outcome;
  }
  std::vector<std::string> Mails() const {
    std::vector<std::string> mails;
    for (const auto& file : std::filesystem::directory_iterator(config.spool_folder)) {
      std::ifstream mail(file.path(), std::ios::binary);
      mails.emplace_back(std::istreambuf_iterator<char>(mail), std::istreambuf_iterator<char>());
    }
    return mails;
  }
};

TEST_F(TaskRunnerTest, AMailGoesToTheSpoolOnceHoweverOftenItsTaskRuns) {
  v1::SendEmailRequest request;
  request.set_to("ann@example.com");
  request.set_subject("Tide");
  request.set_body("High at noon.");
  EXPECT_TRUE(Call(&SendEmail, request).ok());
  EXPECT_TRUE(RunQueue().ok());
  const std::vector<std::string> first = Mails();
  clock.Advance(config.workers.lease);
  EXPECT_TRUE(RunQueue().ok());
  EXPECT_EQ(Mails(), first);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_NE(first[0].find("From: noreply@minato.invalid\r\nTo: ann@example.com\r\nSubject: Tide\r\n"),
            std::string::npos);
  EXPECT_TRUE(first[0].ends_with("\r\n\r\nHigh at noon.\r\n"));
}

TEST_F(TaskRunnerTest, AMailThatTheDiskDoesNotTakeIsToldOfWithoutItsPath) {
  v1::SendEmailRequest request;
  request.set_to("ann@example.com");
  EXPECT_TRUE(Call(&SendEmail, request).ok());
  std::filesystem::remove_all(config.spool_folder);
  const Status failed = RunQueue().status();
  EXPECT_EQ(failed.code(), StatusCode::kUnavailable);
  EXPECT_EQ(MessageOf(failed), "the mail could not be written; the server's log says why");
}

TEST_F(TaskRunnerTest, PayloadAndBatchLeaveWhatTheyWere) {
  EXPECT_TRUE(Enqueue("", 3).ok());
  EXPECT_EQ(*RunQueue(), "payload of 3 fields");
  v1::ProcessBatchRequest request;
  request.add_batches()->mutable_list_value()->add_values();
  EXPECT_TRUE(Call(&ProcessBatch, request).ok());
  EXPECT_EQ(*RunQueue(), "batch of 1 items");
}

TEST_F(TaskRunnerTest, TheDemonstrationFailsForGood) {
  EXPECT_TRUE(Call(&StartTask, v1::StartTaskRequest()).ok());
  EXPECT_EQ(RunQueue().status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(TaskRunnerTest, ASenderThatIsNoAddressIsRefusedAtTheStart) {
  config.mail_from = "noreply";
  EXPECT_EQ(MessageOf(TaskEnv::Open(config).status()),
            "--mail_from: \"noreply\" is no mail address such as noreply@example.com");
}

}  // namespace
}  // namespace minato::task
