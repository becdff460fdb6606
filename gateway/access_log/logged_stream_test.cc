#include "gateway/access_log/logged_stream.h"

#include "gateway/filters/noted_head.h"
#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

struct LoggedStreamTest : testing::Test {
  // What is noted of a request that `serve` answers.
  template <typename Serve>
  const AccessLogRecord& Log(Serve serve) {
    logged.emplace(client, context, LoggedOptions{.client_address = {}, .identity = &identity});
    loop.Run(serve(*logged, *this));
    return logged->Finish();
  }

  ManualExecutor loop;
  CancelSource gone;  // the client
  const TaskContext context{&loop, gone.token(), absl::InfiniteFuture()};
  HandClient client{"POST", "/v1/items?a=b", "body"};
  Identity identity = {.server_name = "envoy"};
  std::optional<LoggedStream> logged;
};

Task<void> ReadAndRespond(LoggedStream& stream, LoggedStreamTest& test) {
  for (;;) {
    const StatusOr<std::optional<std::string_view>> piece = co_await stream.ReadPiece();
    if (!piece.ok() || !piece->has_value()) break;
  }
  test.loop.Advance(absl::Milliseconds(7));
  stream.AddResponseHeader("x-further", "yes");
  const Status sent = co_await stream.Respond({.status = 201, .content_type = "text/plain"}, "made");
}

TEST_F(LoggedStreamTest, NotesWhatPassesBy) {
  client.request_headers = {{"X-Forwarded-For", "1.2.3.4, 5.6.7.8"}};
  const AccessLogRecord& record = Log(&ReadAndRespond);
  EXPECT_EQ(record.end - record.start, absl::Milliseconds(7));
  EXPECT_EQ(*record.request_end - record.start, absl::ZeroDuration());
  EXPECT_EQ(record.bytes_received, 4u);
  EXPECT_EQ(record.bytes_sent, 4u);
  EXPECT_EQ(record.status, 201);
  EXPECT_EQ(record.request.Find(":path"), "/v1/items?a=b");
  EXPECT_EQ(record.response.Find("content-length"), "4");
  EXPECT_EQ(record.response.Find("x-further"), "yes");
  EXPECT_EQ(record.response.Find("server"), "envoy");
  EXPECT_EQ(record.direct_remote_address, "127.0.0.1:40312");
  EXPECT_EQ(record.remote_address, "5.6.7.8:0");
  EXPECT_TRUE(record.flags.empty());
}

Task<void> RespondTooLate(LoggedStream& stream, LoggedStreamTest& test) {
  test.gone.Cancel(Cancelled("the client went away"));
  const Status sent = co_await stream.Respond({.status = 503}, "late");
}

TEST_F(LoggedStreamTest, HasNoAnswerForAClientThatIsGone) {
  const AccessLogRecord& record = Log(&RespondTooLate);
  EXPECT_EQ(record.status, 0);
  EXPECT_EQ(record.bytes_sent, 0u);
  EXPECT_TRUE(record.response.empty());
  EXPECT_TRUE(record.flags.Has(ResponseFlag::kDownstreamConnectionTermination));
}

Task<void> StartAndBreakOff(LoggedStream& stream, LoggedStreamTest& test) {
  const Status started = co_await stream.StartResponse({.status = 200});
  const Status written = co_await stream.Write("half");
  test.gone.Cancel(Cancelled("the client went away"));
  stream.CutResponse();
}

TEST_F(LoggedStreamTest, TellsOfAClientThatLeavesInTheMiddle) {
  const AccessLogRecord& record = Log(&StartAndBreakOff);
  EXPECT_EQ(record.status, 200);
  EXPECT_EQ(record.bytes_sent, 4u);
  EXPECT_FALSE(record.response_end.has_value());
  EXPECT_TRUE(record.flags.Has(ResponseFlag::kDownstreamConnectionTermination));
}

Task<void> NoteAndRespond(LoggedStream& stream, LoggedStreamTest&) {
  HandClient nearer("GET", "/other");
  {
    const NotedHead noted(stream.access_log(), nearer.head());
    const Status sent = co_await stream.Respond({}, "");
  }
  const NotedHead farther(stream.access_log(), stream.head());
}

TEST_F(LoggedStreamTest, ShowsTheHeadThatIsNearestToTheUpstream) {
  EXPECT_EQ(Log(&NoteAndRespond).request.Find(":path"), "/other");
}

}  // namespace
}  // namespace minato::gateway
