#include <absl/strings/escaping.h>

#include "gateway/filters/transcoder/transcoder_fixture.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

struct ErrorShapeTest : TranscoderReplyFixture {
  ErrorShapeTest() { error_shape = ErrorShape::kAip193; }
  // As TranscoderReplyFixture::Describe says it.
  static std::string Aip193(int status, std::string_view message, std::string_view name, std::string_view details = "[]") {
    const std::string body = fmt::format(R"({{"error":{{"code":{},"message":"{}","status":"{}","details":{}}}}})", status,
                                         message, name, details);
    return fmt::format("{} application/json {} {}", status, body.size(), body);
  }
  static std::string DetailsBin(std::string type_url, std::string value) {
    google::rpc::Status status;
    auto& detail = *status.add_details();
    detail.set_type_url(std::move(type_url));
    detail.set_value(std::move(value));
    return absl::Base64Escape(status.SerializeAsString());
  }
};

TEST_F(ErrorShapeTest, IsThatOfAGrpcErrorHoweverItCame) {
  FailWithTrailersOnly(5, "no %22book%22");
  router.headers.Add("x-own", "kept");
  router.headers.Add("grpc-status-details-bin", DetailsBin("type.googleapis.com/transcoder.test.Book", Wire(7)));
  const std::string told =
      Aip193(404, R"(no \"book\")", "NOT_FOUND", R"([{"@type":"type.googleapis.com/transcoder.test.Book","id":"7"}])");
  for (const char* target : {"/books/7", "/list/7", "/download/7"}) EXPECT_EQ(Get(target), told + " x-own=kept");
  router.headers_only = false;
  router.trailers = std::exchange(router.headers, {{"grpc-encoding", "identity"}, {"x-first", "one"}});
  for (const char* version : {"HTTP/1.1", "HTTP/2"}) EXPECT_EQ(Get("/books/7", version), told + " x-first=one");
  EXPECT_EQ(trailers, router.trailers);
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), told + " x-first=one") << "behind a message";
  router.data = {};
  EXPECT_EQ(Get("/download/7"), told + " x-first=one") << "the head has been held";
}

TEST_F(ErrorShapeTest, IsThatOfAStatusThatIsNoneAndOfWhatTheTranscoderFindsItself) {
  router.trailers = {{"grpc-status", "1024"}};
  EXPECT_EQ(Get("/books/7"), Aip193(500, "", "UNKNOWN"));
  router.trailers = {{"grpc-status", "many"}};
  EXPECT_EQ(Get("/books/7"), Aip193(503, "the upstream's grpc-status is no number: many", "UNKNOWN"));
  router.trailers = {{"grpc-status", "0"}};
  router.data = {BookFrame(7).substr(0, 3)};
  EXPECT_EQ(Get("/books/7"), Aip193(502, "Incomplete gRPC frame header received", "INTERNAL"));
  HandClient bad("POST", "/books", "{");
  Serve(bad);
  EXPECT_TRUE(Describe(bad).starts_with(R"(400 application/json 1)")) << Describe(bad);
  EXPECT_NE(bad.answer.find(R"("status":"INVALID_ARGUMENT","details":[]}})"), std::string::npos) << bad.answer;
  EXPECT_TRUE(bad.ends_connection);
  config.reject_unknown_method = true;
  EXPECT_EQ(Get("/nowhere"), Aip193(404, "Could not resolve /nowhere to a method.", "NOT_FOUND"));
}

TEST_F(ErrorShapeTest, LeavesNoGrpcHeadersOnAnAnswer) {
  router.headers = {{"grpc-encoding", "identity"}, {"x-first", "one"}};
  router.data = {BookFrame(7)};
  EXPECT_EQ(Get("/books/7"), R"(200 application/json 10 {"id":"7"} x-first=one)");
  EXPECT_EQ(Get("/list/7"), R"(200 application/json - [{"id":"7"}] x-first=one)");
}

TEST_F(ErrorShapeTest, HasItsOwnContentType) {
  error_shape = ErrorShape::kRfc9457;
  Fail(5, "none");
  EXPECT_EQ(Get("/books/7"),
            R"(404 application/problem+json 118 {"type":"about:blank","title":"Not Found","status":404,"detail":"none",)"
            R"("code":5,"grpcStatus":"NOT_FOUND","details":[]})");
}

TEST_F(ErrorShapeTest, KeepsDetailsThatItCannotRead) {
  for (const auto& [type, value, printed] :
       {std::tuple("type.googleapis.com/no.Such", "ab", R"("type.googleapis.com/no.Such","value":"YWI=")"),
        std::tuple("type.googleapis.com/transcoder.test.Book", "\x08\x01\x08\x02",
                   R"("type.googleapis.com/transcoder.test.Book","value":"CAEIAg==")"),
        std::tuple("no/prefix", "", R"("no/prefix","value":"")")}) {
    Fail(5, "none");
    router.trailers.Add("grpc-status-details-bin", DetailsBin(type, value));
    EXPECT_EQ(Get("/books/7"), Aip193(404, "none", "NOT_FOUND", fmt::format(R"([{{"@type":{}}}])", printed)));
  }
}

TEST_F(ErrorShapeTest, ADetailOfAnUnknownTypeDoesNotCancelTheConversionWhereItIsAsked) {
  error_shape = ErrorShape::kEnvoy;
  config.convert_grpc_status = true;
  Fail(5, "none");
  google::rpc::Status status;
  status.set_code(5);
  status.set_message("none");
  auto& detail = *status.add_details();
  detail.set_type_url("type.googleapis.com/no.Such");
  detail.set_value("ab");
  router.trailers.Add("grpc-status-details-bin", absl::Base64Escape(status.SerializeAsString()));
  EXPECT_EQ(Get("/books/7"), "404 application/json 0  grpc-status=5 grpc-message=none");
  extensions = extensions.With(config::Extension::kUnknownDetails);
  const std::string json =
      R"({"code":5,"message":"none","details":[{"@type":"type.googleapis.com/no.Such","value":"YWI="}]})";
  EXPECT_EQ(Get("/books/7"), fmt::format("404 application/json {} {}", json.size(), json));
}

}  // namespace
}  // namespace minato::gateway
