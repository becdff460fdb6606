#include "server/services/chat/chat_fixture.h"

namespace minato::chat {
namespace {

struct EchoTest : ChatFixture {
  HandStream<google::api::HttpBody, google::api::HttpBody> stream;

  void Send(std::string content_type, std::string data) {
    google::api::HttpBody body;
    body.set_content_type(std::move(content_type));
    body.set_data(std::move(data));
    stream.Push(std::move(body));
  }
  Status Serve() {
    stream.HalfClose();
    TestCall call(loop);
    Reader<google::api::HttpBody> reader(stream);
    Writer<google::api::HttpBody> writer(stream);
    return loop.Run(Echo(*env, call, reader, writer));
  }
};

TEST_F(EchoTest, AnswersEachMessageUnderItsContentType) {
  Send("text/plain; charset=utf-8", "hello");
  Send("application/octet-stream", std::string("\0\xff", 2));
  ASSERT_TRUE(Serve().ok());
  ASSERT_EQ(stream.replies().size(), 2u);
  EXPECT_EQ(stream.replies()[0].content_type(), "text/plain; charset=utf-8");
  EXPECT_EQ(stream.replies()[0].data(), "Message received: hello");
  EXPECT_EQ(stream.replies()[1].content_type(), "application/octet-stream");
  EXPECT_EQ(stream.replies()[1].data(), "Message received: " + std::string("\0\xff", 2));
}

TEST_F(EchoTest, AnEmptyMessageIsOneToo) {
  Send("text/plain; charset=utf-8", "");
  ASSERT_TRUE(Serve().ok());
  EXPECT_EQ(stream.replies()[0].data(), "Message received: ");
}

}  // namespace
}  // namespace minato::chat
