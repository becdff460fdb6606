#include "server/services/task/task_fixture.h"

namespace minato::task {
namespace {

struct SendEmailTest : TaskFixture {
  StatusOr<v1::SendEmailResponse> Send(std::string to, std::string subject, std::string body = "High at noon.") {
    v1::SendEmailRequest request;
    request.set_to(std::move(to));
    request.set_subject(std::move(subject));
    request.set_body(std::move(body));
    return Call(&SendEmail, request);
  }
};

TEST_F(SendEmailTest, AnswersOnceTheMailIsInTheQueue) {
  const v1::SendEmailResponse response = *Send("ann@example.com", "Tide");
  EXPECT_EQ(response.message(), "Email is being sent");
  EXPECT_EQ(initial_metadata, kAccepted);
  EXPECT_EQ(Get(response.task_id())->kind(), v1::TASK_KIND_EMAIL);
}

TEST_F(SendEmailTest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(MessageOf(Send("", "Tide").status()), "to: is required");
  for (const char* const to : {"nobody", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com"}) {
    EXPECT_EQ(MessageOf(Send(to, "Tide").status()), "to: is no mail address such as ann@example.com") << to;
  }
  for (const char* const subject : {"Tide\r\nBcc: b@example.com", "Tide\n", "\rTide"}) {
    EXPECT_EQ(MessageOf(Send("ann@example.com", subject).status()), "subject: holds a line break") << subject;
  }
  EXPECT_EQ(MessageOf(Send("ann@example.com", std::string(999, 'x')).status()),
            "subject: has 999 bytes, the limit is 998");
  EXPECT_EQ(MessageOf(Send("ann@example.com", "Tide", std::string(256 * 1024 + 1, 'x')).status()),
            "body: has 262145 bytes, the limit is 262144");
  EXPECT_EQ(CountTasks(), 0u);
}

}  // namespace
}  // namespace minato::task
