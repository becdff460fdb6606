#include "minato/direct_upstream.h"

#include <map>

#include <gtest/gtest.h>

#include "gateway/exchange_test.pb.h"
#include "runtime/deadline.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"
#include "server/call/error_details.h"

namespace minato {
namespace {

using gateway::test::Note;

// What the handlers of these tests share.
struct Env {
  int written = 0;
  bool ended = false;
  std::string metadata;
};

Task<Status> Double(void* env, CallContext& call, MessageStream& stream) {
  Note request;
  CO_TRY(const bool present, co_await stream.Read(request));
  if (!present) co_return Internal("no request");
  static_cast<Env*>(env)->metadata = std::string(call.FindMetadata("x-blob-bin").value_or("none"));
  if (request.id() == 0) co_return WithReason(NotFound("no note 0"), "NO_NOTE");
  call.SetHttpStatus(201);
  call.AddTrailingMetadata("x-trailer", "t");
  Note reply;
  reply.set_id(request.id() * 2);
  co_return stream.Send(reply);
}

// Writes until it cannot.
Task<Status> Flood(void* env, CallContext&, MessageStream& stream) {
  auto& shared = *static_cast<Env*>(env);
  Writer<Note> writer(stream);
  Note note;
  note.set_text(std::string(1000, 'x'));
  Status written;
  while (written.ok()) {
    written = co_await writer.Write(note);
    if (written.ok()) ++shared.written;
  }
  shared.ended = true;
  co_return written;
}

// Answers each message as it comes.
Task<Status> Mirror(void*, CallContext&, MessageStream& stream) {
  Reader<Note> reader(stream);
  Writer<Note> writer(stream);
  Note note;
  for (;;) {
    CO_TRY(const bool more, co_await reader.Read(note));
    if (!more) co_return OkStatus();
    CO_TRY(co_await writer.Write(note));
  }
}

class Head final : public gateway::RequestHead {
 public:
  std::map<std::string, std::string, std::less<>> headers;

 private:
  std::string_view method() const override { return "GET"; }
  std::string_view scheme() const override { return ""; }
  std::string_view target() const override { return "/"; }
  std::string_view path() const override { return "/"; }
  std::string_view query() const override { return ""; }
  std::string_view authority() const override { return ""; }
  std::string_view protocol() const override { return "HTTP/1.1"; }
  std::optional<std::string_view> Find(http::KnownHeader header) const override { return Find(http::Name(header)); }
  std::optional<std::string_view> Find(std::string_view name) const override {
    const auto found = headers.find(name);
    if (found == headers.end()) return std::nullopt;
    return found->second;
  }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override {
    for (const auto& [name, value] : headers) visit(name, value);
  }
};

struct DirectUpstreamTest : testing::Test {
  DirectUpstreamTest() {
    Add("GetNote", MethodKind::kUnary, &Double);
    Add("WatchNotes", MethodKind::kServerStream, &Flood);
    Add("TalkNotes", MethodKind::kBidi, &Mirror);
  }
  void Add(std::string name, MethodKind kind, Method::Serve serve) {
    const auto* service = Note::descriptor()->file()->service(0);
    registry.Add({.path = "/" + service->full_name() + "/" + name,
                  .kind = kind,
                  .descriptor = service->FindMethodByName(name),
                  .serve = serve,
                  .env = &env});
  }
  static std::string Wire(int64_t id) {
    Note note;
    note.set_id(id);
    return note.SerializeAsString();
  }
  gateway::CallStart StartOf(std::string_view path) const { return {path, head, "ipv4:127.0.0.1:1"}; }

  Env env;
  Head head;
  MethodRegistry registry;
  DirectUpstream upstream{registry};
  ManualExecutor loop;
};

constexpr std::string_view kGet = "/minato.gateway.test.NoteService/GetNote";
constexpr std::string_view kWatch = "/minato.gateway.test.NoteService/WatchNotes";
constexpr std::string_view kTalk = "/minato.gateway.test.NoteService/TalkNotes";

TEST_F(DirectUpstreamTest, AUnaryCallCarriesMessageStatusAndMetadata) {
  head.headers["x-blob-bin"] = "AAE";  // base64 without its padding
  const gateway::UnaryReply reply = loop.Run(upstream.CallUnary(StartOf(kGet), Wire(21)));
  EXPECT_TRUE(reply.end.status.ok());
  EXPECT_EQ(reply.message, Wire(42));
  EXPECT_EQ(env.metadata, std::string("\0\1", 2));
  EXPECT_EQ(reply.initial_metadata, (gateway::Fields{{"minato-http-status", "201"}}));
  EXPECT_EQ(reply.end.trailing_metadata, (gateway::Fields{{"x-trailer", "t"}}));
}

TEST_F(DirectUpstreamTest, AnErrorBringsItsDetails) {
  const gateway::UnaryReply reply = loop.Run(upstream.CallUnary(StartOf(kGet), ""));
  EXPECT_EQ(reply.end.status.code(), StatusCode::kNotFound);
  EXPECT_NE(reply.end.details.find("NO_NOTE"), std::string::npos);
}

TEST_F(DirectUpstreamTest, BytesThatAreNoMessageAreTheClientsFault) {
  const gateway::UnaryReply reply = loop.Run(upstream.CallUnary(StartOf(kGet), "\xff"));
  EXPECT_EQ(reply.end.status.code(), StatusCode::kInvalidArgument);
}

Task<int> ReadSomeThenLeave(DirectUpstreamTest& test, int count) {
  const TaskContext& context = co_await CurrentContext();
  const auto call = test.upstream.Start(test.StartOf(kWatch), context);
  const Status sent = co_await call->Send(test.Wire(1));
  call->EndSending();
  const int before = test.env.written;
  std::string message;
  for (int i = 0; i < count; ++i) {
    const bool more = co_await call->Receive(message);
    EXPECT_TRUE(more);
  }
  const Status slept = co_await Sleep(absl::Seconds(1));
  const int after = test.env.written;
  co_await call->Close();
  EXPECT_TRUE(sent.ok() && slept.ok());
  co_return after - before;
}

TEST_F(DirectUpstreamTest, AHandlerWritesNoFurtherThanItsReaderReads) {
  EXPECT_EQ(loop.Run(ReadSomeThenLeave(*this, 5)), 5);
  EXPECT_TRUE(env.ended);
  EXPECT_LE(env.written, 5 + 16);
}

Task<Status> Talk(DirectUpstreamTest& test) {
  const TaskContext& context = co_await CurrentContext();
  const auto call = test.upstream.Start(test.StartOf(kTalk), context);
  std::string message;
  for (int i = 1; i <= 100; ++i) {
    CO_TRY(co_await call->Send(test.Wire(i)));
    const bool more = co_await call->Receive(message);
    EXPECT_TRUE(more);
    EXPECT_EQ(message, test.Wire(i));
  }
  call->EndSending();
  const bool more = co_await call->Receive(message);
  EXPECT_FALSE(more);
  co_await call->Close();
  co_return call->end().status;
}

TEST_F(DirectUpstreamTest, ABidiCallGoesBackAndForth) { EXPECT_TRUE(loop.Run(Talk(*this)).ok()); }

Task<Status> WaitForNothing(DirectUpstreamTest& test) {
  const TaskContext& context = co_await CurrentContext();
  const auto call = test.upstream.Start(test.StartOf(kTalk), context);
  std::string message;
  const bool more = co_await call->Receive(message);
  EXPECT_FALSE(more);
  const Status end = call->end().status;
  co_await call->Close();
  co_return end;
}

TEST_F(DirectUpstreamTest, ADeadlineEndsAStreamThatSaysNothing) {
  EXPECT_EQ(loop.Run(WithTimeout(absl::Seconds(3), WaitForNothing(*this))).code(), StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace minato
