#include "runtime/scope.h"
#include "server/services/chat/chat_fixture.h"

namespace minato::chat {
namespace {

struct ChatTest : ChatFixture {
  using Story = Task<Status> (*)(ChatTest& test);

  // One client's call, served until it half-closes.
  static Task<Status> Serve(ChatTest& test, Stream& stream) {
    TestCall call(test.loop);
    Reader<v1::ChatRequest> reader(stream);
    Writer<v1::ChatEvent> writer(stream);
    co_return co_await Chat(*test.env, call, reader, writer);
  }

  // Runs `story` beside the calls of ann and bob, whom it half-closes at its end.
  static Task<Status> WithBoth(ChatTest& test, Story story) {
    const TaskContext& context = co_await CurrentContext();
    Scope scope(context);
    scope.Spawn(Serve(test, test.ann));
    scope.Spawn(Serve(test, test.bob));
    const Status told = co_await story(test);
    test.ann.HalfClose();
    test.bob.HalfClose();
    CO_TRY(co_await scope.Join());
    co_return told;
  }

  Stream ann;
  Stream bob;
};

std::vector<std::string> Texts(const ChatFixture::Stream& stream, std::string_view room) {
  std::vector<std::string> texts;
  for (const v1::ChatEvent& event : stream.replies()) {
    if (event.has_message() && event.message().room() == room) texts.push_back(event.message().text());
  }
  return texts;
}

Task<Status> BothTalk(ChatTest& test) {
  test.ann.Push(ChatFixture::Join("harbour", "Ann"));
  CO_TRY(co_await test.ann.Until(1));
  test.bob.Push(ChatFixture::Join("harbour", "Bob"));
  CO_TRY(co_await test.bob.Until(1));
  test.ann.Push(ChatFixture::Say("harbour", "one", "r1"));
  CO_TRY(co_await test.ann.Until(3));  // the acknowledgement and the message
  CO_TRY(co_await test.bob.Until(2));
  test.bob.Push(ChatFixture::Say("harbour", "two"));
  CO_TRY(co_await test.ann.Until(4));
  CO_TRY(co_await test.bob.Until(4));
  co_return OkStatus();
}

TEST_F(ChatTest, EveryMemberGetsEveryMessageInTheOrderOfTheHistory) {
  ASSERT_TRUE(loop.Run(WithBoth(*this, &BothTalk)).ok());
  EXPECT_EQ(Texts(ann, "harbour"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(Texts(bob, "harbour"), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(bob.replies()[1].message().name(), "Ann");
  EXPECT_EQ(bob.replies()[1].message().sequence(), 1);
}

TEST_F(ChatTest, ASendIsAcknowledgedWithItsRequestIdAndPlace) {
  ASSERT_TRUE(loop.Run(WithBoth(*this, &BothTalk)).ok());
  int acknowledged = 0;
  for (const v1::ChatEvent& event : ann.replies()) {
    if (!event.has_acknowledged()) continue;
    ++acknowledged;
    EXPECT_EQ(event.acknowledged().request_id(), "r1");
    EXPECT_EQ(event.acknowledged().sequence(), 1);
  }
  EXPECT_EQ(acknowledged, 1);
}

Task<Status> BobStopsReading(ChatTest& test) {
  test.ann.Push(ChatFixture::Join("harbour", "Ann"));
  test.bob.Push(ChatFixture::Join("harbour", "Bob"));
  CO_TRY(co_await test.ann.Until(1));
  CO_TRY(co_await test.bob.Until(1));
  test.bob.StopReading();
  for (int i = 1; i <= 20; ++i) {
    test.ann.Push(ChatFixture::Say("harbour", std::to_string(i)));
    CO_TRY(co_await test.ann.Until(1 + 2 * i));
  }
  test.bob.ReadOn();
  CO_TRY(co_await test.bob.Until(2));
  co_return OkStatus();
}

TEST_F(ChatTest, ASlowReaderLosesTheRoomAndDelaysNobody) {
  ASSERT_TRUE(loop.Run(WithBoth(*this, &BobStopsReading)).ok());
  EXPECT_EQ(Texts(ann, "harbour").size(), 20u);
  // What was queued comes first, without a gap, and then the reason.
  const std::vector<std::string> got = Texts(bob, "harbour");
  for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], std::to_string(i + 1));
  EXPECT_LT(got.size(), 20u);
  const v1::ChatEvent& last = bob.replies().back();
  ASSERT_TRUE(last.has_left());
  EXPECT_EQ(last.left().reason(), v1::LEAVE_REASON_LAGGED);
  EXPECT_EQ(last.left().last_sequence(), static_cast<int64_t>(got.size()));
}

Task<Status> TwoRooms(ChatTest& test) {
  test.ann.Push(ChatFixture::Join("a", "Ann"));
  test.ann.Push(ChatFixture::Join("b", "Anna"));
  CO_TRY(co_await test.ann.Until(2));
  test.ann.Push(ChatFixture::Leave("a"));
  CO_TRY(co_await test.ann.Until(3));
  test.ann.Push(ChatFixture::Say("a", "lost"));
  CO_TRY(co_await test.ann.Until(4));
  test.ann.Push(ChatFixture::Say("b", "kept"));
  CO_TRY(co_await test.ann.Until(6));
  test.ann.Push(ChatFixture::Join("no such room!", "Ann"));
  test.ann.Push(v1::ChatRequest());
  CO_TRY(co_await test.ann.Until(8));
  co_return OkStatus();
}

TEST_F(ChatTest, OneStreamIsInSeveralRoomsAndAnErrorDoesNotEndIt) {
  ASSERT_TRUE(loop.Run(WithBoth(*this, &TwoRooms)).ok());
  EXPECT_EQ(ann.replies()[2].left().reason(), v1::LEAVE_REASON_REQUESTED);
  EXPECT_EQ(ann.replies()[3].error().code(), static_cast<int>(StatusCode::kFailedPrecondition));
  EXPECT_EQ(ann.replies()[3].error().message(), "room a was not joined");
  EXPECT_EQ(Texts(ann, "b"), std::vector<std::string>{"kept"});
  EXPECT_EQ(ann.replies()[6].error().code(), static_cast<int>(StatusCode::kInvalidArgument));
  EXPECT_EQ(ann.replies()[7].error().message(), "action: one of join, send and leave is required");
}

Task<Status> ShutDown(ChatTest& test) {
  test.ann.Push(ChatFixture::Join("a", "Ann"));
  CO_TRY(co_await test.ann.Until(1));
  test.env->hub.EndAll();
  CO_TRY(co_await test.ann.Until(2));
  co_return OkStatus();
}

TEST_F(ChatTest, MembersAreToldWhenTheServerShutsDown) {
  const Status status = loop.Run(WithBoth(*this, &ShutDown));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  ASSERT_EQ(ann.replies().size(), 2u);
  EXPECT_EQ(ann.replies()[1].left().reason(), v1::LEAVE_REASON_SHUTDOWN);
}

// Neither client half-closes: the server is what ends their streams, although they are in no room.
Task<Status> EndWithoutRooms(ChatTest& test) {
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  scope.Spawn(ChatTest::Serve(test, test.ann));
  test.env->hub.EndAll();
  const Status ann = co_await scope.Join();
  EXPECT_EQ(ann.code(), StatusCode::kUnavailable);
  Scope late(context);
  late.Spawn(ChatTest::Serve(test, test.bob));
  co_return co_await late.Join();
}

TEST_F(ChatTest, StreamsInNoRoomAndThoseThatComeLateAreEndedByTheShutdownToo) {
  EXPECT_EQ(loop.Run(EndWithoutRooms(*this)).code(), StatusCode::kUnavailable);
  EXPECT_TRUE(ann.replies().empty());
  EXPECT_TRUE(bob.replies().empty());
}

}  // namespace
}  // namespace minato::chat
