#include "gateway/exchange_fixture.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

using ExchangeTest = ExchangeFixture;

TEST_F(ExchangeTest, CarriesAUnaryCallFromPathAndQueryToJson) {
  upstream.replies = {Wire(7, "hello")};
  HandClient client("GET", "/v1/notes/7?text=a%20b&tags=x&tags=y");
  Serve(client);
  EXPECT_EQ(upstream.path, "/minato.gateway.test.NoteService/GetNote");
  EXPECT_EQ(Sent().id(), 7);
  EXPECT_EQ(Sent().text(), "a b");
  EXPECT_EQ(Sent().tags_size(), 2);
  EXPECT_EQ(client.status, 200);
  EXPECT_EQ(client.content_type, "application/json");
  EXPECT_EQ(client.answer, R"({"id":"7","text":"hello"})");
}

TEST_F(ExchangeTest, PrintsOnlyTheFieldThatResponseBodyNames) {
  upstream.replies = {Wire(7, "hello", {"x", "y"})};
  HandClient client("GET", "/v1/notes/7/tags");
  EXPECT_EQ(Serve(client).answer, R"(["x","y"])");
}

TEST_F(ExchangeTest, TellsAnUnknownPathFromAnotherMethod) {
  HandClient nowhere("GET", "/v2/notes");
  EXPECT_EQ(Serve(nowhere).status, 404);
  HandClient wrong("DELETE", "/v1/notes/7");
  EXPECT_EQ(Serve(wrong).status, 405);
  EXPECT_EQ(wrong.headers.Find("allow"), "GET, HEAD, PATCH");
  EXPECT_TRUE(upstream.requests.empty());
}

TEST_F(ExchangeTest, RefusesAMessageThatIsTooLargeThoughItsJsonIsNot) {
  options.body_bytes_max = 60;
  Exchange small(routes, schema, upstream, options);
  const auto serve = [&](HandClient&& client) {
    loop.Run(small.Serve(client));
    return std::pair(client.status, client.answer);
  };
  const std::string note = R"({"levels":[1,2,3,4,5,6,7,8,9]})";  // 74 bytes in protobuf's form
  ASSERT_LT(note.size(), 60u);
  for (const std::string target : {"/v1/notes", "/v1/notes:import"}) {
    const bool stream = target.ends_with("import");
    const auto [status, answer] = serve({"POST", target, stream ? "[" + note + "]" : note});
    EXPECT_EQ(status, 413) << target;
    EXPECT_NE(answer.find("the request message has 74 bytes in protobuf's form, the limit is 60 (body_bytes_max)"),
              std::string::npos)
        << answer;
  }
  EXPECT_TRUE(upstream.requests.empty());
  EXPECT_EQ(serve({"POST", "/v1/notes", R"({"levels":[1,2,3,4,5,6,7]})"}).first, 200);
}

TEST_F(ExchangeTest, AnElementOfAStreamIsBoundedWhileItComes) {
  options.body_bytes_max = 60;
  Exchange small(routes, schema, upstream, options);
  HandClient client("POST", "/v1/notes:import");
  client.pieces = {R"([{"id":"1"},{"text":")", std::string(60, 'x'), std::string(60, 'x')};
  loop.Run(small.Serve(client));
  EXPECT_EQ(client.status, 413);
  EXPECT_NE(client.answer.find("one element of the request body is larger than 60 bytes"), std::string::npos);
  EXPECT_EQ(client.pieces.size(), 1) << "what follows is not read";
}

TEST_F(ExchangeTest, AQueryParameterMaySetAnEntryOfAMap) {
  schema.AddFile(*google::rpc::BadRequest::descriptor()->file());
  upstream.replies = {Wire(1, "x")};
  HandClient client("GET", "/v1/notes/1?links.home=a&links[x.y]=b");
  EXPECT_EQ(Serve(client).status, 200);
  EXPECT_EQ(Sent().links().at("home"), "a");
  EXPECT_EQ(Sent().links().at("x.y"), "b");
  HandClient wrong("GET", "/v1/notes/1?links=a");
  EXPECT_EQ(Serve(wrong).status, 400);
  EXPECT_NE(wrong.answer.find(R"("field":"links")"), std::string::npos) << wrong.answer;
}

TEST_F(ExchangeTest, NamesWhatIsWrongWithARequestAndCallsNobody) {
  schema.AddFile(*google::rpc::BadRequest::descriptor()->file());
  HandClient number("GET", "/v1/notes/x");
  EXPECT_EQ(Serve(number).status, 400);
  EXPECT_NE(number.answer.find(R"(id: expected a 64-bit integer, found \"x\"",)"), std::string::npos)
      << number.answer;  // without line and column: there is no body
  HandClient parameter("GET", "/v1/notes/1?colour=red");
  EXPECT_EQ(Serve(parameter).status, 400);
  EXPECT_NE(parameter.answer.find(R"("field":"colour")"), std::string::npos) << parameter.answer;
  HandClient field("POST", "/v1/notes", R"({"texd":"a"})");
  EXPECT_EQ(Serve(field).status, 400);
  EXPECT_NE(field.answer.find("texd: no such field"), std::string::npos) << field.answer;
  HandClient wrong_type("POST", "/v1/notes", R"({"tags":["a",7]})");
  EXPECT_EQ(Serve(wrong_type).status, 400);
  EXPECT_NE(wrong_type.answer.find(R"("fieldViolations":[{"field":"tags[1]","description":")"), std::string::npos)
      << wrong_type.answer;
  HandClient body("GET", "/v1/notes/1", "{}");
  EXPECT_EQ(Serve(body).status, 400);
  EXPECT_TRUE(upstream.requests.empty());
}

TEST_F(ExchangeTest, AnErrorHasOneFlatShapeWithItsDetails) {
  google::rpc::ErrorInfo info;
  info.set_reason("GONE");
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  details.add_details()->set_type_url("type.googleapis.com/unknown.Type");
  upstream.end.status = NotFound("note 7 \"is\" gone");
  upstream.end.details = details.SerializeAsString();
  schema.AddFile(*info.GetDescriptor()->file());
  HandClient client("GET", "/v1/notes/7");
  Serve(client);
  EXPECT_EQ(client.status, 404);
  EXPECT_EQ(client.answer,
            R"({"error":"note 7 \"is\" gone","code":5,"status":"NOT_FOUND","details":[)"
            R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"GONE"},)"
            R"({"@type":"type.googleapis.com/unknown.Type","value":""}]})");
}

TEST_F(ExchangeTest, AnErrorHasTheShapeThatIsAskedFor) {
  options.error_shape = ErrorShape::kRfc9457;
  Exchange other(routes, schema, upstream, options);
  HandClient client("GET", "/v2/notes");
  loop.Run(other.Serve(client));
  EXPECT_EQ(client.content_type, "application/problem+json");
  EXPECT_EQ(client.answer,
            R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no route matches GET /v2/notes",)"
            R"("code":5,"grpcStatus":"NOT_FOUND","details":[]})");
}

TEST_F(ExchangeTest, MetadataBecomeHeadersWithoutThoseOfTheHop) {
  upstream.replies = {Wire(1, "x")};
  upstream.initial_metadata = {{"minato-http-status", "201"}, {"x-note", "a"}, {"blob-bin", std::string("\0\1", 2)},
                               {"content-length", "9"}, {"grpc-encoding", "gzip"}};
  upstream.end.trailing_metadata = {{"x-trailer", "b"}};
  HandClient client("POST", "/v1/notes", "{}");
  Serve(client);
  EXPECT_EQ(client.status, 201);
  EXPECT_EQ(client.headers.Find("x-note"), "a");
  EXPECT_EQ(client.headers.Find("blob-bin"), "AAE=");
  EXPECT_EQ(client.headers.Find("x-trailer"), "b");
  EXPECT_EQ(client.headers.size(), 3u);
}

TEST_F(ExchangeTest, AHandlersHttpStatusHoldsForSuccessOnly) {
  upstream.initial_metadata = {{"minato-http-status", "202"}};
  upstream.end.status = Unavailable("no");
  HandClient failed("GET", "/v1/notes/1");
  EXPECT_EQ(Serve(failed).status, 503);
  upstream.end.status = OkStatus();
  upstream.initial_metadata = {{"minato-http-status", "302"}};
  HandClient forged("GET", "/v1/notes/1");
  EXPECT_EQ(Serve(forged).status, 200);
}

TEST_F(ExchangeTest, APatchMeansTheFieldsThatItsBodyMentions) {
  upstream.replies = {Wire(1, "x")};
  HandClient client("PATCH", "/v1/notes/1", R"({"text":"x","tags":[],"Old_Name":"y"})");
  EXPECT_EQ(Serve(client).status, 200);
  test::UpdateNoteRequest sent;
  ASSERT_TRUE(sent.ParseFromString(upstream.requests.at(0)));
  EXPECT_EQ(sent.note().id(), 1);
  ASSERT_EQ(sent.update_mask().paths_size(), 3);
  EXPECT_EQ(sent.update_mask().paths(0), "text");
  EXPECT_EQ(sent.update_mask().paths(2), "Old_Name");
  HandClient explicit_mask("PATCH", "/v1/notes/1?update_mask=text", R"({"text":"x","tags":[]})");
  EXPECT_EQ(Serve(explicit_mask).status, 200);
  ASSERT_TRUE(sent.ParseFromString(upstream.requests.at(1)));
  EXPECT_EQ(sent.update_mask().paths_size(), 1);
}

TEST_F(ExchangeTest, TheClientsTimeoutShortensTheRoutes) {
  upstream.takes = absl::Seconds(10);
  HandClient client("GET", "/v1/notes/1");
  client.request_headers["grpc-timeout"] = "2S";
  const absl::Time start = loop.Now();
  EXPECT_EQ(Serve(client).status, 504);
  EXPECT_EQ(loop.Now() - start, absl::Seconds(2));
  EXPECT_EQ(upstream.deadline, start + absl::Seconds(2));
  HandClient wrong("GET", "/v1/notes/1");
  wrong.request_headers["grpc-timeout"] = "soon";
  EXPECT_EQ(Serve(wrong).status, 400);
}

TEST_F(ExchangeTest, AnHttpBodyGoesAsItIsAndComesAsItIs) {
  google::api::HttpBody reply;
  reply.set_content_type("text/csv");
  reply.set_data("a,b\n");
  upstream.replies = {reply.SerializeAsString()};
  HandClient client("POST", "/v1/files", "{not json");
  client.request_headers["content-type"] = "text/weird";
  Serve(client);
  google::api::HttpBody sent;
  ASSERT_TRUE(sent.ParseFromString(upstream.requests.at(0)));
  EXPECT_EQ(sent.content_type(), "text/weird");
  EXPECT_EQ(sent.data(), "{not json");
  EXPECT_EQ(client.content_type, "text/csv");
  EXPECT_EQ(client.answer, "a,b\n");
}

TEST_F(ExchangeTest, AServerStreamIsAJsonArray) {
  upstream.replies = {Wire(1, "a"), Wire(2, "b")};
  HandClient client("GET", "/v1/notes:watch");
  Serve(client);
  EXPECT_EQ(client.answer, R"([{"id":"1","text":"a"},{"id":"2","text":"b"}])");
  EXPECT_TRUE(client.complete);
  EXPECT_EQ(upstream.open_calls, 0);
}

TEST_F(ExchangeTest, HeadOfAStreamEndsWithItsHead) {
  HandClient client("HEAD", "/v1/notes:watch");
  upstream.replies = {Wire(1, "a"), Wire(2, "b")};
  Serve(client);
  EXPECT_EQ(client.status, 200);
  EXPECT_TRUE(client.complete);
  EXPECT_EQ(client.answer, "");
  EXPECT_EQ(upstream.open_calls, 0);
}

TEST_F(ExchangeTest, AnEmptyStreamIsAnEmptyArray) {
  HandClient client("GET", "/v1/notes:watch");
  EXPECT_EQ(Serve(client).answer, "[]");
  EXPECT_TRUE(client.complete);
}

TEST_F(ExchangeTest, AStreamThatFailsAtOnceIsAnErrorAndOneThatFailsLaterSaysSoAndIsCut) {
  upstream.end.status = PermissionDenied("no");
  HandClient at_once("GET", "/v1/notes:watch");
  EXPECT_EQ(Serve(at_once).status, 403);
  upstream.replies = {Wire(1, "a")};
  HandClient later("GET", "/v1/notes:watch");
  Serve(later);
  EXPECT_EQ(later.status, 200);
  EXPECT_EQ(later.answer, R"([{"id":"1","text":"a"},)"
                          R"({"error":"no","code":7,"status":"PERMISSION_DENIED","details":[]})");
  EXPECT_TRUE(later.cut);
  EXPECT_FALSE(later.complete);
  EXPECT_EQ(upstream.open_calls, 0);
}

TEST_F(ExchangeTest, AStreamThatCannotBePrintedAnyFurtherSaysSoAndIsCut) {
  upstream.replies = {Wire(1, "a"), "\xff"};
  HandClient client("GET", "/v1/notes:watch");
  Serve(client);
  EXPECT_NE(client.answer.find(R"([{"id":"1","text":"a"},{"error":"a reply of /minato.gateway.test.NoteService/)"),
            std::string::npos)
      << client.answer;
  EXPECT_TRUE(client.answer.ends_with(R"("status":"INTERNAL","details":[]})")) << client.answer;
  EXPECT_TRUE(client.cut);
}

TEST_F(ExchangeTest, AClientStreamIsAnArrayInPiecesCutAnywhere) {
  const std::string body = R"([{"id":"1"},{"id":"2","text":"b"}])";
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    upstream.requests.clear();
    upstream.replies = {Wire(9, "done")};
    HandClient client("POST", "/v1/notes:import");
    client.pieces = {body.substr(0, cut), body.substr(cut)};
    Serve(client);
    EXPECT_EQ(client.answer, R"({"id":"9","text":"done"})") << cut;
    ASSERT_EQ(upstream.requests.size(), 2u) << cut;
    EXPECT_EQ(Sent(1).text(), "b");
  }
}

TEST_F(ExchangeTest, ABrokenElementOfAClientStreamIsTheAnswer) {
  HandClient client("POST", "/v1/notes:import");
  client.pieces = {R"([{"id":"1"},)", R"({"id":"x"}])"};
  EXPECT_EQ(Serve(client).status, 400);
  EXPECT_EQ(upstream.open_calls, 0);
}

TEST_F(ExchangeTest, ABidiCallOverHttpIsAnArrayBothWays) {
  upstream.replies = {Wire(1, "a")};
  HandClient client("POST", "/v1/notes:talk");
  client.pieces = {R"([{"id":"5"}])"};
  EXPECT_EQ(Serve(client).answer, R"([{"id":"1","text":"a"}])");
  EXPECT_EQ(Sent().id(), 5);
  HandClient broken("POST", "/v1/notes:talk");
  broken.pieces = {R"([{"id":)"};
  EXPECT_EQ(Serve(broken).status, 400);
  EXPECT_EQ(upstream.open_calls, 0);
}

TEST_F(ExchangeTest, AWebSocketRouteWithoutUpgradeSaysSo) {
  HandClient client("GET", "/v1/socket");
  EXPECT_EQ(Serve(client).status, 426);
  EXPECT_EQ(client.headers.Find("upgrade"), "websocket");
}

TEST_F(ExchangeTest, AReplyThatCannotBePrintedIsABadGateway) {
  upstream.replies = {"\xff\xff"};
  HandClient client("GET", "/v1/notes/1");
  EXPECT_EQ(Serve(client).status, 502);
}

}  // namespace
}  // namespace minato::gateway
