#include "gateway/error_body.h"

#include <gtest/gtest.h>

#include "gateway/http_status.h"

namespace minato::gateway {
namespace {

constexpr char kDetails[] = R"([{"@type":"a"}])";

TEST(ErrorBody, SaysTheSameInEveryShape) {
  const Status error = NotFound("no \"note\"");
  EXPECT_EQ(ErrorBody(ErrorShape::kFlat, error, kDetails),
            R"({"error":"no \"note\"","code":5,"status":"NOT_FOUND","details":[{"@type":"a"}]})");
  EXPECT_EQ(ErrorBody(ErrorShape::kStatus, error, kDetails),
            R"({"code":5,"message":"no \"note\"","details":[{"@type":"a"}]})");
  EXPECT_EQ(ErrorBody(ErrorShape::kEnvoy, error, kDetails), ErrorBody(ErrorShape::kStatus, error, kDetails));
  EXPECT_EQ(ErrorBody(ErrorShape::kAip193, error, kDetails),
            R"({"error":{"code":404,"message":"no \"note\"","status":"NOT_FOUND","details":[{"@type":"a"}]}})");
  EXPECT_EQ(ErrorBody(ErrorShape::kRfc9457, error, kDetails),
            R"({"type":"about:blank","title":"Not Found","status":404,"detail":"no \"note\"","code":5,)"
            R"("grpcStatus":"NOT_FOUND","details":[{"@type":"a"}]})");
}

TEST(ErrorBody, TellsTheHttpStatusThatIsSentWhereItDiffersFromTheCodes) {
  const Status error = WithHttpStatus(InvalidArgument("x"), 431);
  EXPECT_EQ(ErrorBody(ErrorShape::kAip193, error, ""),
            R"({"error":{"code":431,"message":"x","status":"INVALID_ARGUMENT","details":[]}})");
  EXPECT_EQ(ErrorBody(ErrorShape::kRfc9457, error, ""),
            R"({"type":"about:blank","title":"Request Header Fields Too Large","status":431,"detail":"x","code":3,)"
            R"("grpcStatus":"INVALID_ARGUMENT","details":[]})");
}

TEST(ErrorBody, IsOneLineAndUtf8WhateverTheMessageIs) {
  EXPECT_EQ(ErrorBody(ErrorShape::kStatus, Internal("a\nb\xff"), ""), R"({"code":13,"message":"a\nb ","details":[]})");
}

TEST(BadRequestJson, NamesTheFieldThatTheErrorIsAbout) {
  EXPECT_EQ(BadRequestJson(InvalidArgument("tags[1]: \"a\" is no number: at all")),
            R"([{"@type":"type.googleapis.com/google.rpc.BadRequest",)"
            R"("fieldViolations":[{"field":"tags[1]","description":"\"a\" is no number: at all"}]}])");
  EXPECT_EQ(BadRequestJson(InvalidArgument("query parameter \"page\": no such field")),
            R"([{"@type":"type.googleapis.com/google.rpc.BadRequest",)"
            R"("fieldViolations":[{"field":"page","description":"no such field"}]}])");
  for (const Status& other : {InvalidArgument("the body is cut off"), InvalidArgument("it fails: always"),
                              InvalidArgument(": nothing"), NotFound("user: no such user")}) {
    EXPECT_EQ(BadRequestJson(other), "") << other;
  }
}

TEST(ErrorShape, HasANameEach) {
  for (const std::string_view name : kErrorShapeNames) {
    ASSERT_TRUE(ErrorShapeOf(name).has_value()) << name;
    EXPECT_EQ(NameOf(*ErrorShapeOf(name)), name);
  }
  EXPECT_EQ(ErrorShapeOf("problem"), std::nullopt);
}

TEST(ErrorShape, IsEnvoysForClientsOfGrpcAndGrpcWeb) {
  for (const char* type : {"application/grpc", "application/grpc+proto", "application/grpc-web", "application/grpc-web-text"}) {
    EXPECT_EQ(ErrorShapeFor(ErrorShape::kFlat, type), ErrorShape::kEnvoy) << type;
  }
  EXPECT_EQ(ErrorShapeFor(ErrorShape::kFlat, "application/json"), ErrorShape::kFlat);
}

}  // namespace
}  // namespace minato::gateway
