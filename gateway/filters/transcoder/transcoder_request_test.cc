#include "gateway/filters/transcoder/transcoder_fixture.h"

namespace minato::gateway {
namespace {

struct TranscoderRequestTest : TranscoderFixture {
  TranscoderRequestTest() { router.data = {BookFrame(1)}; }

  // What was refused, as "400 text", nothing else having been answered.
  std::string Refusal(HandClient& client) {
    Serve(client);
    EXPECT_EQ(client.content_type, "text/plain");
    return std::to_string(client.status) + " " + client.answer;
  }
};

constexpr char kTooLarge[] =
    "413 Request rejected because the transcoder's internal buffer size exceeds the configured limit.";

TEST_F(TranscoderRequestTest, AMatchBecomesAGrpcCall) {
  HandClient client("GET", "/books/7?title=a%20b");
  client.request_headers = {{"Content-Type", "text/html"},    {"TE", "gzip"},
                            {"content-length", "0"},          {"x-own", "kept"},
                            {"X-Envoy-Original-Path", "/forged"}, {"user-agent", "test"}};
  Serve(client);
  EXPECT_EQ(router.method, "POST");
  EXPECT_EQ(router.path, "/transcoder.test.Library/GetBook");
  ASSERT_EQ(Sent().size(), 1);
  EXPECT_EQ(Sent()[0].id(), 7);
  EXPECT_EQ(Sent()[0].title(), "a b");
  const http::Headers expected = {{"user-agent", "test"},
                                  {"x-own", "kept"},
                                  {"content-type", "application/grpc"},
                                  {"te", "trailers"},
                                  {"x-envoy-original-path", "/books/7?title=a%20b"},
                                  {"x-envoy-original-method", "GET"}};
  EXPECT_EQ(router.seen, expected);
  EXPECT_EQ(client.status, 200);
  EXPECT_EQ(client.answer, R"({"id":"1"})");
}

TEST_F(TranscoderRequestTest, TheRouteIsChosenAgainForTheMethodUnlessTheIncomingOneIsToStay) {
  HandClient again("GET", "/books/7");
  Serve(again);
  EXPECT_EQ(router.cluster, "methods");
  config.match_incoming_request_route = true;
  HandClient stays("GET", "/books/7");
  Serve(stays);
  EXPECT_EQ(router.cluster, "paths");
}

TEST_F(TranscoderRequestTest, ABadRequestIsToldByTheRouteOfItsCall) {
  for (config::Route& route : routes_config.virtual_hosts[0].routes) {
    route.response_headers.add = {{"x-route", std::get<config::RouteAction>(route.action).cluster}};
  }
  HandClient client("GET", "/books/x");
  Serve(client);
  EXPECT_EQ(client.status, 400);
  EXPECT_EQ(client.headers.Find("x-route"), "methods");
}

TEST_F(TranscoderRequestTest, WhatMatchesNothingPassesThroughUntouched) {
  router.content_type = "text/html";
  router.data = {"<p>", "hi"};
  const std::pair<std::string, std::string> passing[] = {
      {"GET", "/nothing"}, {"DELETE", "/books/7"}, {"GET", "/books/7?nothing=1"}, {"GET", "/missing/7"}};
  for (const auto& [method, target] : passing) {
    HandClient client(method, target, "body");
    Serve(client);
    EXPECT_EQ(router.method + " " + router.path, method + " " + target);
    EXPECT_EQ(router.body(), "body");
    EXPECT_EQ(router.cluster, "paths");
    EXPECT_EQ(client.answer, "<p>hi");
    EXPECT_EQ(client.content_type, "text/html");
  }
}

TEST_F(TranscoderRequestTest, GrpcPassesThroughEvenWhereUnknownMethodsAreRefused) {
  config.reject_unknown_method = true;
  for (const char* type : {"application/grpc", "application/grpc+json"}) {
    HandClient client("POST", "/books", "body");
    client.request_headers = {{"content-type", type}};
    Serve(client);
    EXPECT_EQ(router.body(), "body");
  }
  for (const char* type : {"application/grpc-web", "Application/GRPC"}) {
    HandClient client("POST", "/books", "{}");
    client.request_headers = {{"content-type", type}};
    Serve(client);
    EXPECT_EQ(router.path, "/transcoder.test.Library/CreateBook");
  }
}

TEST_F(TranscoderRequestTest, ABadRequestEndsItsConnection) {
  HandClient bad("GET", "/books/x");
  Serve(bad);
  EXPECT_TRUE(bad.ends_connection);
  config.reject_unknown_method = true;
  HandClient lost("GET", "/nothing");
  Serve(lost);
  EXPECT_FALSE(lost.ends_connection);
}

TEST_F(TranscoderRequestTest, RefusesWhatTheValidationOptionsForbid) {
  config.reject_unknown_method = true;
  HandClient method("GET", "/nothing?a=b");
  EXPECT_EQ(Refusal(method), "404 Could not resolve /nothing to a method.");
  config.routing.unknown_name = UnknownName::kRefuse;
  HandClient query("GET", "/books/7?nothing=1");
  EXPECT_EQ(Refusal(query), "400 Could not find field \"nothing\" in the type \"transcoder.test.Book\".");
  EXPECT_EQ(router.calls, 0);
}

TEST_F(TranscoderRequestTest, ARequestWithoutBodyThatFailsReachesNobody) {
  HandClient number("GET", "/books/x");
  EXPECT_EQ(Refusal(number), "400 id: invalid value \"x\" for type TYPE_INT64");
  HandClient stream("GET", "/import");
  EXPECT_EQ(Refusal(stream), "400 Expected an array instead of an object");
  EXPECT_EQ(router.calls, 0);
}

TEST_F(TranscoderRequestTest, AnEmptyListOfServicesSwitchesTheFilterOffWhereverItStands) {
  auto off = std::make_shared<config::GrpcJsonTranscoder>();
  routes_config.virtual_hosts[0].routes[1].per_filter.transcoders = {off};
  HandClient route("GET", "/books/7");
  Serve(route);
  EXPECT_EQ(router.path, "/books/7");
  auto own = std::make_shared<config::GrpcJsonTranscoder>(config);
  own->print.unset = JsonPrintOptions::Unset::kPrint;
  routes_config.virtual_hosts[0].routes[1].per_filter.transcoders = {own};
  config.services.clear();
  HandClient other("GET", "/books/7");
  EXPECT_EQ(Serve(other).answer, R"({"id":"1","title":"","tags":[]})");
}

TEST_F(TranscoderRequestTest, ARouteSaysForEachTranscoderOfTheChainWhatItIsToDo) {
  const auto off = std::make_shared<config::GrpcJsonTranscoder>();
  number = 1;
  routes_config.virtual_hosts[0].routes[1].per_filter.transcoders = {off};
  HandClient of_another("GET", "/books/7");
  Serve(of_another);
  EXPECT_EQ(router.path, "/transcoder.test.Library/GetBook");
  routes_config.virtual_hosts[0].routes[1].per_filter.transcoders = {nullptr, off};
  HandClient of_this("GET", "/books/7");
  Serve(of_this);
  EXPECT_EQ(router.path, "/books/7");
}

TEST_F(TranscoderRequestTest, WhereNoRouteMatchesTheRequestTheLevelsAboveSayNothing) {
  for (config::Route& route : routes_config.virtual_hosts[0].routes) route.match.grpc = true;
  routes_config.virtual_hosts[0].per_filter.transcoders = {std::make_shared<config::GrpcJsonTranscoder>()};
  HandClient client("GET", "/books/7");
  Serve(client);
  EXPECT_EQ(router.path, "/transcoder.test.Library/GetBook");
  EXPECT_EQ(router.cluster, "methods");
}

TEST_F(TranscoderRequestTest, ABodyIsOneMessageWhateverItIsCutInto) {
  const std::string body = R"({"id":"5","title":"T","tags":["a","b"]})";
  for (size_t cut = 0; cut <= body.size(); ++cut) {
    HandClient client("POST", "/books");
    client.body_arrived = cut % 2 == 0;
    client.pieces = {body.substr(0, cut), body.substr(cut)};
    Serve(client);
    ASSERT_EQ(Sent().size(), 1);
    EXPECT_EQ(Sent()[0].tags_size(), 2);
  }
  HandClient whole("POST", "/books", body);
  whole.request_headers = {{"content-length", std::to_string(body.size())}};
  Serve(whole);
  ASSERT_EQ(router.pieces.size(), 1);
  EXPECT_EQ(Sent()[0].title(), "T");
  HandClient placed("PUT", "/books/3/sequel", R"({"id":4})");
  Serve(placed);
  EXPECT_EQ(Sent()[0].id(), 3);
  EXPECT_EQ(Sent()[0].sequel().id(), 4);
  HandClient empty("POST", "/books");
  Serve(empty);
  EXPECT_EQ(router.body(), std::string(5, '\0'));
}

TEST_F(TranscoderRequestTest, ABadBodyIsAnsweredAndTheCallGivenUp) {
  for (const bool whole : {false, true}) {
    HandClient client("POST", "/books", "{\"id\":");
    if (whole) client.request_headers = {{"content-length", "6"}};
    EXPECT_EQ(Refusal(client), "400 Unexpected end of string. Expected a value.\n\n^");
    EXPECT_EQ(router.calls, 1);
    EXPECT_FALSE(router.request.ok());
    EXPECT_TRUE(router.pieces.empty());
  }
}

TEST_F(TranscoderRequestTest, ABodyCutOffByTrailersIsNoMessageAndNoError) {
  HandClient client("POST", "/books", "{\"id\":");
  client.sent_trailers = {{"x-end", "1"}};
  client.http_version = "HTTP/2";
  Serve(client);
  EXPECT_TRUE(router.request.ok());
  EXPECT_TRUE(router.pieces.empty());
  EXPECT_EQ(client.status, 200);
}

TEST_F(TranscoderRequestTest, ElementsOfAStreamGoUpAsTheyBecomeWhole) {
  HandClient client("POST", "/import?title=first");
  client.body_arrived = false;
  client.pieces = {"[{\"id\":1", "},{\"id\":2},", "{\"id\":3}", ",]"};
  Serve(client);
  EXPECT_EQ(router.pieces.size(), 2) << "as many as pieces that end an element";
  ASSERT_EQ(Sent().size(), 3);
  EXPECT_EQ(Sent()[0].title(), "first");
  EXPECT_EQ(Sent()[1].title(), "");
  EXPECT_EQ(Sent()[2].id(), 3);
  HandClient none("POST", "/import", "[]");
  Serve(none);
  EXPECT_TRUE(router.request.ok());
  EXPECT_TRUE(router.pieces.empty());
}

TEST_F(TranscoderRequestTest, AStreamThatTurnsOutBadIsAnswered) {
  HandClient client("POST", "/import");
  client.body_arrived = false;
  client.pieces = {"[{\"id\":1},", "{\"id\":x}]"};
  EXPECT_TRUE(Refusal(client).starts_with("400 Unexpected token.\n"));
  EXPECT_EQ(Sent().size(), 1);
  EXPECT_FALSE(router.request.ok());
}

TEST_F(TranscoderRequestTest, APieceOverTheLimitIsRefused) {
  config.max_request_body_size = 20;
  HandClient at("POST", "/books", R"({"title":"12345678"})");
  EXPECT_EQ(Serve(at).status, 200);
  HandClient over("POST", "/books", R"({"title":"123456789"})");
  EXPECT_EQ(Refusal(over), kTooLarge);
  HandClient whole("POST", "/books", R"({"title":"123456789"})");
  whole.request_headers = {{"content-length", "21"}};
  EXPECT_EQ(Refusal(whole), kTooLarge);
  HandClient pieces("POST", "/books");
  pieces.body_arrived = false;
  pieces.pieces = {R"({"title":"12345)", R"(6789012345"})"};
  EXPECT_EQ(Serve(pieces).status, 200) << "Envoy counts what comes at a time";
  HandClient filled("POST", "/books");
  filled.body_arrived = false;
  filled.more_is_waiting = true;
  filled.pieces = {R"({"title":"12345)", R"(6789012345"})"};
  EXPECT_EQ(Refusal(filled), kTooLarge) << "what comes at once need not be one piece";
  EXPECT_TRUE(filled.ends_connection);
  HandClient chunks("POST", "/books");
  chunks.pieces = {R"({"title":"12345)", R"(6789012345"})"};
  EXPECT_EQ(Refusal(chunks), kTooLarge) << "chunks that came together are one piece";
  HandClient raw_at("POST", "/raw", std::string(20, 'a'));
  router.data = {Frame("")};
  EXPECT_EQ(Serve(raw_at).status, 200);
  HandClient raw_over("POST", "/raw");
  raw_over.body_arrived = false;
  raw_over.pieces = {std::string(15, 'a'), std::string(6, 'a')};
  EXPECT_EQ(Refusal(raw_over), kTooLarge) << "an HttpBody is gathered";
  config.max_request_body_size.reset();
  buffers.http1 = 20;
  HandClient buffer("POST", "/books", R"({"title":"123456789"})");
  EXPECT_EQ(Refusal(buffer), kTooLarge);
}

TEST_F(TranscoderRequestTest, AnHttpBodyWhoseFrameIsOverTheBufferIsRefusedWhenItHasEnded) {
  buffers.http1 = 30;
  router.data = {Frame("")};
  HandClient at("POST", "/raw", std::string(23, 'a'));
  EXPECT_EQ(Serve(at).status, 200);
  HandClient over("POST", "/raw", std::string(24, 'a'));
  EXPECT_EQ(Refusal(over), "413 Payload Too Large");
  EXPECT_FALSE(over.ends_connection);
  config.max_request_body_size = 20;
  HandClient larger("POST", "/raw", std::string(20, 'a'));
  EXPECT_EQ(Serve(larger).status, 200) << "the larger of the two bounds the frame";
}

TEST_F(TranscoderRequestTest, AnHttpBodyTakesTheBytesAndTheirType) {
  router.data = {Frame("")};
  HandClient raw("POST", "/raw?content_type=evil");
  raw.request_headers = {{"content-type", "text/x"}};
  raw.pieces = {"{\"bro", "ken"};
  Serve(raw);
  auto bodies = Sent<google::api::HttpBody>();
  ASSERT_EQ(bodies.size(), 1);
  EXPECT_EQ(bodies[0].content_type(), "text/x");
  EXPECT_EQ(bodies[0].data(), "{\"broken");
  HandClient none("POST", "/raw");
  Serve(none);
  ASSERT_EQ(Sent<google::api::HttpBody>().size(), 1);

  router.data = {BookFrame(1)};
  for (const char* path : {"/files/f", "/files/f/inner"}) {
    HandClient field("POST", path, "data");
    Serve(field);
    const auto uploads = Sent<transcoder::test::Upload>();
    ASSERT_EQ(uploads.size(), 1);
    EXPECT_EQ(uploads[0].name(), "f");
    EXPECT_EQ(uploads[0].file().data(), "data") << "where the primary rule says";
    EXPECT_EQ(uploads[0].inner().has_file(), path == std::string("/files/f/inner"));
  }
}

TEST_F(TranscoderRequestTest, EachPieceOfAStreamedHttpBodyIsAMessage) {
  HandClient client("POST", "/filestream/f");
  client.request_headers = {{"content-type", "a/b"}};
  client.body_arrived = false;
  client.pieces = {"one", std::string((1 << 20) + 1, 'x')};
  Serve(client);
  const auto uploads = Sent<transcoder::test::Upload>();
  ASSERT_EQ(uploads.size(), 3);
  EXPECT_EQ(uploads[0].name(), "f");
  EXPECT_EQ(uploads[0].file().content_type(), "a/b");
  EXPECT_EQ(uploads[1].name(), "");
  EXPECT_EQ(uploads[1].file().data().size(), 1 << 20);
  EXPECT_EQ(uploads[2].file().data(), "x");
  HandClient waiting("POST", "/filestream/f");
  waiting.body_arrived = false;
  waiting.more_is_waiting = true;
  waiting.pieces = {"one", "two", std::string(1 << 20, 'x'), "three"};
  Serve(waiting);
  const auto gathered = Sent<transcoder::test::Upload>();
  ASSERT_EQ(gathered.size(), 3) << "two in which a read ends, the first of them over a message's limit";
  EXPECT_EQ(gathered[0].file().data().substr(0, 7), "onetwox");
  EXPECT_EQ(gathered[1].file().data(), "xxxxxx");
  EXPECT_EQ(gathered[2].file().data(), "three");
  HandClient none("POST", "/filestream/f");
  Serve(none);
  EXPECT_EQ(Sent<transcoder::test::Upload>().size(), 1);
}

TEST_F(TranscoderRequestTest, UnknownQueryParametersAreCapturedInAnHttpBody) {
  config.routing.unknown_name = UnknownName::kCapture;
  router.data = {Frame("")};
  HandClient client("POST", "/raw?foo=bar&eep=baz&foo=asd", "x");
  Serve(client);
  const auto bodies = Sent<google::api::HttpBody>();
  ASSERT_EQ(bodies.size(), 1);
  ASSERT_EQ(bodies[0].extensions_size(), 1);
  EXPECT_EQ(bodies[0].extensions(0).type_url(),
            "type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams");
  EXPECT_EQ(bodies[0].extensions(0).value(),
            "\n\x11\n\x03" "foo\x12\n\n\x03" "bar\n\x03" "asd\n\x0c\n\x03" "eep\x12\x05\n\x03" "baz");
  EXPECT_EQ(bodies[0].data(), "x");
}

}  // namespace
}  // namespace minato::gateway
