// What Extension changes about requests; off, transcoder_request_test holds.
#include "gateway/filters/transcoder/transcoder_fixture.h"

namespace minato::gateway {
namespace {

using config::Extension;
using transcoder::test::Book;

struct RequestExtensionsTest : TranscoderFixture {
  RequestExtensionsTest() {
    config.services.push_back("transcoder.test.Editing");
    router.data = {BookFrame(1)};
  }
  void Use(Extension extension) { extensions = extensions.With(extension); }

  // "400 text" of what was refused, nothing having gone up; "" for anything else.
  std::string Refusal(HandClient& client) {
    Serve(client);
    if (client.status < 400) return "";
    EXPECT_EQ(client.content_type, "text/plain");
    EXPECT_TRUE(router.pieces.empty());
    return std::to_string(client.status) + " " + client.answer;
  }
  // The same, whichever way the body comes: whole, in two pieces of every size, byte by byte, over HTTP/2, with trailers.
  std::string RefusalHowever(const std::string& method, const std::string& target, const std::string& body) {
    HandClient whole(method, target, body);
    whole.request_headers = {{"content-length", std::to_string(body.size())}};
    const std::string refusal = Refusal(whole);
    const auto expect = [&](HandClient&& client, const std::string& how) { EXPECT_EQ(Refusal(client), refusal) << how; };
    for (size_t cut = 1; cut < body.size(); ++cut) {
      HandClient client(method, target);
      client.body_arrived = false;
      client.pieces = {body.substr(0, cut), body.substr(cut)};
      expect(std::move(client), "cut at " + std::to_string(cut));
    }
    HandClient bytes(method, target);
    for (const char byte : body) bytes.pieces.emplace_back(1, byte);
    expect(std::move(bytes), "byte by byte");
    HandClient trailers(method, target, body);
    trailers.http_version = "HTTP/2";
    trailers.sent_trailers = {{"x-end", "1"}};
    expect(std::move(trailers), "with trailers");
    return refusal;
  }
};

TEST_F(RequestExtensionsTest, StrictBodiesAreRfc8259AndNameTheirFields) {
  Use(Extension::kStrictBodies);
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"id":1,"titel":"T"})", "titel: no such field in transcoder.test.Book (line 1, column 9)"},
      {"{\"sequel\":\n {\"id\":\"x\"}}", "sequel.id: expected a 64-bit integer, found \"x\" (line 2, column 8)"},
      {R"({"id":1} {})", "unexpected data after the value (line 1, column 10)"},
      {R"({"tags":["a",]})", "tags[1]: expected a string, found ] (line 1, column 14)"},
      {"{'id':1}", "expected a key in quotes, found 'id':1 (line 1, column 2)"},
      {R"({"id":)", "id: expected a 64-bit integer, found the end (line 1, column 7)"},
  };
  for (const auto& [body, text] : wrong) EXPECT_EQ(RefusalHowever("POST", "/books", body), std::string("400 ") + text);
  HandClient good("POST", "/books", R"( {"id":"5","title":"T"} )");
  EXPECT_EQ(Serve(good).status, 200);
  EXPECT_EQ(Sent()[0].title(), "T");
}

TEST_F(RequestExtensionsTest, StrictBodiesOfStreamsAreToo) {
  Use(Extension::kStrictBodies);
  const std::pair<const char*, const char*> wrong[] = {
      {R"([{"titel":1}])", "[0].titel: no such field in transcoder.test.Book (line 1, column 3)"},
      {R"({"id":1})", "Expected an array instead of an object"},
      {R"([{"id":1)", "the array does not end (line 1, column 9)"},
  };
  for (const auto& [body, text] : wrong) {
    EXPECT_TRUE(RefusalHowever("POST", "/import", body).starts_with(std::string("400 ") + text)) << body;
  }
  // What was good in front of it has gone up by then.
  for (const char* body : {"[{\"id\":1},]", "[{\"id\":1}] x", "[{\"id\":1}]\n[", "[{\"id\":1},{id:2}]"}) {
    const std::string text = body;
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      HandClient client("POST", "/import");
      client.body_arrived = false;
      client.pieces = {text.substr(0, cut), text.substr(cut)};
      Serve(client);
      EXPECT_EQ(client.status, 400) << body << " cut at " << cut;
      EXPECT_FALSE(router.request.ok());
    }
  }
  HandClient good("POST", "/import?title=first");
  good.pieces = {"[{\"id\":", "1},", " {\"id\":2}]", " \n"};
  EXPECT_EQ(Serve(good).status, 200);
  ASSERT_EQ(Sent().size(), 2);
  EXPECT_EQ(Sent()[0].title(), "first");
}

TEST_F(RequestExtensionsTest, AStrictBodyThatNoRuleAsksForIsRefused) {
  Use(Extension::kStrictBodies);
  for (const char* body : {"{}", "x", " "}) {
    EXPECT_EQ(RefusalHowever("GET", "/books/7", body), "400 GET /books/{id} takes no request body");
    EXPECT_EQ(RefusalHowever("POST", "/collect/7", body), "400 POST /collect/{id} takes no request body");
  }
  HandClient stream("POST", "/collect/7");
  EXPECT_EQ(Serve(stream).status, 200) << "the URL is its one message";
  ASSERT_EQ(Sent().size(), 1);
  EXPECT_EQ(Sent()[0].id(), 7);
  HandClient get("GET", "/books/7");
  EXPECT_EQ(Serve(get).status, 200);
  HandClient raw("POST", "/raw", "bytes");
  router.data = {Frame("")};
  EXPECT_EQ(Serve(raw).status, 200);
}

TEST_F(RequestExtensionsTest, AStrictBodyWinsOverTheUrlUnderBothOfAFieldsNames) {
  Use(Extension::kStrictBodies);
  HandClient client("POST", "/books?id=1&sequel.title=u", R"({"id":2,"sequel":{"title":"b"}})");
  Serve(client);
  EXPECT_EQ(Sent()[0].id(), 2);
  EXPECT_EQ(Sent()[0].sequel().title(), "b");
  config.read.collisions = Collisions::kRefuse;
  HandClient other("POST", "/books?id=1", R"({"id":2})");
  EXPECT_EQ(Refusal(other), "400 id: the URL says \"1\" (line 1, column 7)");
  HandClient same("POST", "/books?id=1", R"({"id":1})");
  EXPECT_EQ(Serve(same).status, 200);
}

TEST_F(RequestExtensionsTest, StrictPathsTellWhatIsNotThere) {
  Use(Extension::kStrictPaths);
  HandClient path("GET", "/nothing?a=b", "body");
  EXPECT_EQ(Refusal(path), "404 no route matches GET /nothing");
  HandClient method("DELETE", "/books/7");
  EXPECT_EQ(Refusal(method), "405 DELETE is not allowed on /books/7; allowed: GET, HEAD");
  EXPECT_EQ(method.headers.Find("allow"), "GET, HEAD");
  HandClient query("GET", "/books/7?nothing=1");
  EXPECT_EQ(Refusal(query), "400 unknown query parameter \"nothing\": transcoder.test.Book has no field \"nothing\"");
  HandClient variable("GET", "/missing/7");
  EXPECT_EQ(Refusal(variable), "400 unknown path variable \"nothing\": transcoder.test.Book has no field \"nothing\"");
  EXPECT_EQ(router.calls, 0);
}

TEST_F(RequestExtensionsTest, StrictPathsLeaveUnknownQueryNamesToTheConfiguration) {
  Use(Extension::kStrictPaths);
  for (const UnknownName unknown : {UnknownName::kIgnore, UnknownName::kCapture}) {
    config.routing.unknown_name = unknown;
    HandClient query("GET", "/books/7?nothing=1");
    EXPECT_EQ(Serve(query).status, 200);
    EXPECT_EQ(Sent()[0].id(), 7);
  }
}

TEST_F(RequestExtensionsTest, StrictPathsLetGrpcPassAndWhereTheFilterIsOffEverything) {
  Use(Extension::kStrictPaths);
  HandClient grpc("POST", "/transcoder.test.Library/GetBook", "frame");
  grpc.request_headers = {{"content-type", "application/grpc"}};
  Serve(grpc);
  EXPECT_EQ(router.body(), "frame");
  routes_config.virtual_hosts[0].routes[1].per_filter.transcoders = {std::make_shared<config::GrpcJsonTranscoder>()};
  HandClient off("GET", "/nothing");
  Serve(off);
  EXPECT_EQ(router.path, "/nothing");
}

TEST_F(RequestExtensionsTest, StrictPathsLeaveDirectResponsesTheirRoutes) {
  Use(Extension::kStrictPaths);
  routes_config.virtual_hosts[0].routes[1].action = config::DirectResponseAction{};
  HandClient client("GET", "/nothing");
  Serve(client);
  EXPECT_EQ(router.path, "/nothing");
}

TEST_F(RequestExtensionsTest, StrictPathsServeHeadAsGet) {
  HandClient passing("HEAD", "/books/7");
  Serve(passing);
  EXPECT_EQ(router.path, "/books/7");
  Use(Extension::kStrictPaths);
  HandClient unary("HEAD", "/books/7");
  Serve(unary);
  EXPECT_EQ(router.path, "/transcoder.test.Library/GetBook");
  EXPECT_EQ(unary.status, 200);
  EXPECT_EQ(unary.content_length, 10);
  HandClient stream("HEAD", "/list/7");
  Serve(stream);
  EXPECT_EQ(stream.status, 200);
  EXPECT_TRUE(stream.complete);
  EXPECT_EQ(stream.answer, "");
  EXPECT_FALSE(router.reply.ok()) << "the call need not go on";
  HandClient get("GET", "/list/7");
  EXPECT_EQ(Serve(get).answer, R"([{"id":"1"}])");
}

TEST_F(RequestExtensionsTest, AResponseBodyMayBeAnyField) {
  Use(Extension::kResponseBody);
  config.services = {"transcoder.test.Parts"};
  transcoder::test::Shelf shelf;
  shelf.mutable_best()->set_id(3);
  shelf.mutable_best()->set_title("T");
  shelf.add_books()->set_id(4);
  router.data = {Frame(shelf.SerializeAsString())};
  HandClient best("GET", "/best/7");
  EXPECT_EQ(Serve(best).answer, R"({"id":"3","title":"T"})");
  EXPECT_EQ(best.content_type, "application/json");
  HandClient title("GET", "/title/7");
  EXPECT_EQ(Serve(title).answer, R"("T")");
  router.data.push_back(Frame(""));
  HandClient books("GET", "/shelves/7");
  EXPECT_EQ(Serve(books).answer, R"([[{"id":"4"}],[]])");
  router.data = {Frame("")};
  HandClient unset("GET", "/best/7");
  EXPECT_EQ(Serve(unset).answer, "{}");
  router.data = {Frame("\x12\x7f")};
  HandClient broken("GET", "/best/7");
  EXPECT_EQ(Serve(broken).status, 502);
}

TEST_F(RequestExtensionsTest, APatchWithoutAMaskMeansWhatItsBodyMentions) {
  const auto mask = [&](HandClient&& client) {
    Serve(client);
    const auto sent = Sent<transcoder::test::EditRequest>();
    std::string paths;
    for (const std::string& path : sent.at(0).update_mask().paths()) paths += path + ";";
    return paths;
  };
  const std::string body = R"({"title":"T","sequel":{"tags":[]}})";
  EXPECT_EQ(mask(HandClient("PATCH", "/edit/7", body)), "");
  Use(Extension::kUpdateMask);
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    HandClient client("PATCH", "/edit/7");
    client.body_arrived = cut % 2 == 0;
    client.pieces = {body.substr(0, cut), body.substr(cut)};
    EXPECT_EQ(mask(std::move(client)), "title;sequel.tags;");
  }
  HandClient whole("PATCH", "/edit/7", body);
  whole.request_headers = {{"content-length", std::to_string(body.size())}};
  EXPECT_EQ(mask(std::move(whole)), "title;sequel.tags;");
  EXPECT_EQ(Sent<transcoder::test::EditRequest>()[0].book().id(), 7);
  EXPECT_EQ(mask(HandClient("PATCH", "/edit/7?update_mask=tags", body)), "tags;");
  EXPECT_EQ(mask(HandClient("PATCH", "/edit/7?updateMask.paths=tags", body)), "tags;");
  EXPECT_EQ(mask(HandClient("PUT", "/edit/7", body)), "");
  EXPECT_EQ(mask(HandClient("PATCH", "/edit/7", "{}")), "");
  HandClient bad("PATCH", "/edit/7", R"({"title":)");
  EXPECT_EQ(Refusal(bad), "400 Unexpected end of string. Expected a value.\n\n^");
}

TEST_F(RequestExtensionsTest, QueryMapsSetEntriesByTheirKeys) {
  HandClient passing("GET", "/find?labels.a=1");
  Serve(passing);
  EXPECT_EQ(router.path, "/find?labels.a=1");
  HandClient names("GET", "/find?labels.key=k&labels.value=v");
  Serve(names);
  EXPECT_EQ(Sent<transcoder::test::Search>().at(0).labels().at("key"), "k") << "Envoy reads names as if they stood in JSON";
  EXPECT_EQ(Sent<transcoder::test::Search>().at(0).labels().at("value"), "v");
  Use(Extension::kQueryMaps);
  HandClient client("GET", "/find?labels.a=1&labels[b.c]=2&labels%5Ba%5D=3&names.7=x&labels.key=k");
  Serve(client);
  auto sent = Sent<transcoder::test::Search>().at(0);
  EXPECT_EQ(sent.labels().at("a"), "3") << "the last one wins";
  EXPECT_EQ(sent.labels().at("b.c"), "2");
  EXPECT_EQ(sent.labels().at("key"), "k");
  EXPECT_EQ(sent.labels().size(), 3);
  EXPECT_EQ(sent.names().at(7), "x");
  for (const char* body : {R"({"labels":{"a":"9"}})", "{labels:{a:'9'}}"}) {
    HandClient both("POST", "/find?labels.a=1&labels.b=2&text=t", body);
    Serve(both);
    sent = Sent<transcoder::test::Search>().at(0);
    EXPECT_EQ(sent.labels().at("a"), "9") << body;
    EXPECT_EQ(sent.labels().at("b"), "2") << body;
    EXPECT_EQ(sent.text(), "t");
  }
  HandClient bad("GET", "/find?names[x]=1");
  EXPECT_EQ(Refusal(bad), "400 query parameter \"names[x]\": key: expected a 32-bit integer, found \"x\"");
  HandClient dots("GET", "/find?labels.a.b=1");
  Serve(dots);
  EXPECT_EQ(router.path, "/find?labels.a.b=1") << "as any name that is none";
  Use(Extension::kStrictPaths);
  HandClient named("GET", "/find?labels.a.b=1");
  EXPECT_EQ(Refusal(named),
            "400 query parameter \"labels.a.b\": a key with a dot in it stands in brackets, as in labels[a.b]");
}

}  // namespace
}  // namespace minato::gateway
