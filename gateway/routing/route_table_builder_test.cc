#include <gtest/gtest.h>

#include <string>

#include "gateway/routing/route_table.h"
#include "gateway/routing/routing_test.pb.h"
#include "gateway/routing/test_table.h"
#include "google/api/http.pb.h"
#include "google/protobuf/descriptor.h"

namespace minato::gateway {
namespace {

const google::protobuf::ServiceDescriptor& Library() {
  return *routing::test::Fields::descriptor()->file()->FindServiceByName("Library");
}

std::string BuildError(const std::vector<std::string>& rules, RoutingOptions options = {}) {
  return std::string(MessageOf(TestTable::Build(rules, std::move(options))));
}

TEST(RouteTableBuilder, ReadsTheRulesOfAService) {
  Schema schema;
  RouteTableBuilder builder(schema, {});
  ASSERT_TRUE(builder.AddService(Library()).ok());
  const RouteTable table = std::move(builder).Build();
  ASSERT_EQ(table.routes().size(), 5u);

  const Route& get = *table.Match("GET", "/v1/books/7").route;
  EXPECT_EQ(get.method->full_name(), "routing.test.Library.GetBook");
  EXPECT_TRUE(get.is_primary);
  EXPECT_EQ(get.body, "");
  EXPECT_EQ(get.request->full_name, "routing.test.Fields");
  EXPECT_EQ(get.variables[0].field.back()->name, "id");

  const Route& read = *table.Match("POST", "/v1/books/7:read").route;
  EXPECT_EQ(read.method, get.method);
  EXPECT_FALSE(read.is_primary);
  EXPECT_EQ(read.body_field.back()->name, "book");
  EXPECT_FALSE(read.body_is_http_body);

  EXPECT_EQ(table.Match("SEARCH", "/search/a/b").route->method, get.method) << "bindings nest";

  const Route& put = *table.Match("PUT", "/v1/books/7").route;
  EXPECT_EQ(put.body, "*");
  EXPECT_TRUE(put.body_field.empty());
  ASSERT_EQ(put.response_body_field.size(), 2u);
  EXPECT_EQ(put.response_body_field.back()->name, "portrait");
  EXPECT_TRUE(put.response_is_http_body);

  const Route& raw = *table.Match("GET", "/raw").route;
  EXPECT_TRUE(raw.method->client_streaming());
  EXPECT_TRUE(raw.body_is_http_body);
  EXPECT_TRUE(raw.response_is_http_body);

  EXPECT_EQ(table.Match("POST", "/routing.test.Library/HasNoRule").outcome, RouteMatch::Outcome::kNotFound);
}

TEST(RouteTableBuilder, MapsMethodsWithoutRuleIfAsked) {
  Schema schema;
  RoutingOptions options;
  options.auto_mapping = true;
  RouteTableBuilder builder(schema, options);
  ASSERT_TRUE(builder.AddService(Library()).ok());
  const RouteTable table = std::move(builder).Build();
  const RouteMatch match = table.Match("POST", "/routing.test.Library/HasNoRule");
  ASSERT_EQ(match.outcome, RouteMatch::Outcome::kFound);
  EXPECT_EQ(match.route->body, "*");
  EXPECT_TRUE(match.route->method->server_streaming());
  EXPECT_EQ(table.Match("POST", "/routing.test.Library/GetBook").outcome, RouteMatch::Outcome::kNotFound);
}

TEST(RouteTableBuilder, NamesMethodRuleAndColumnOfABadTemplate) {
  EXPECT_EQ(BuildError({"GET /a{x=b/**}/{y=*}"}),
            "routing.test.Library.GetBook: GET \"/a{x=b/**}/{y=*}\": path template \"/a{x=b/**}/{y=*}\", column 3: "
            "a variable must be a whole segment");
  EXPECT_EQ(BuildError({"GET /a/**/*"}, RoutingOptions::Envoy()),
            "routing.test.Library.GetBook: GET \"/a/**/*\": path template \"/a/**/*\", column 7: "
            "only literals may follow '**'");
}

TEST(RouteTableBuilder, RefusesTwoRulesOfOneShape) {
  const Status status = TestTable::Build({"GET /a/{x=b/*}:c", "POST /a/b/{y}:c", "GET /a/b/{y}:c"});
  EXPECT_EQ(status.code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(MessageOf(status),
            "routing.test.Library.GetBook: GET \"/a/b/{y}:c\": the same method and path shape /a/b/*:c as "
            "routing.test.Library.GetBook has with \"/a/{x=b/*}:c\"");
  EXPECT_EQ(BuildError({"GET /a", "GET /a:b", "POST /a", "* /a"}), "");
}

TEST(RouteTableBuilder, RefusesVariablesThatCannotBeBound) {
  const std::string in = "routing.test.Library.GetBook: GET ";
  EXPECT_EQ(BuildError({"GET /a/{nix}"}),
            in + "\"/a/{nix}\": variable nix: Could not find field \"nix\" in the type \"routing.test.Fields\".");
  EXPECT_EQ(BuildError({"GET /a/{book.nix}"}),
            in + "\"/a/{book.nix}\": variable book.nix: Could not find field \"nix\" in the type \"routing.test.Book\".");
  EXPECT_EQ(BuildError({"GET /a/{x.y}"}),
            in + "\"/a/{x.y}\": variable x.y: Encountered a non-leaf field \"x\" that is not a message while parsing a "
                 "field path");
  for (const char* field : {"book", "books", "labels", "object", "any", "content"}) {
    EXPECT_EQ(BuildError({fmt::format("GET /a/{{{}}}", field)}),
              fmt::format("{}\"/a/{{{}}}\": variable {}: field routing.test.Fields.{} cannot be read from a path", in,
                          field, field, field));
  }
  for (const char* field : {"x", "book.id", "book.tags", "when", "boxed", "someName", "some_name"}) {
    EXPECT_EQ(BuildError({fmt::format("GET /a/{{{}}}", field)}), "");
  }
  EXPECT_EQ(BuildError({"GET /a/{some_name}/{someName}"}),
            in + "\"/a/{some_name}/{someName}\": variable someName stands twice");
}

TEST(RouteTableBuilder, LeavesBadVariablesToEachRequestInPresetEnvoy) {
  EXPECT_EQ(BuildError({"GET /a/{nix}", "GET /b/{book}", "GET /c/{x}/{x}", "GET /c/{x}/{y}"}, RoutingOptions::Envoy()), "");
}

TEST(RouteTableBuilder, WarnsOfWhatEnvoyLetsPass) {
  const TestTable table({"GET /a/{x=b/*}:c", "GET /a/b/{y}:c", "GET /z/{nix}", "GET /a/b/*:c", "GET /a"},
                        RoutingOptions::Envoy());
  const std::string in = "routing.test.Library.GetBook: GET ";
  const std::string conflict = ": the same method and path shape /a/b/*:c as routing.test.Library.GetBook has with ";
  EXPECT_EQ(table.table().warnings(),
            (std::vector<std::string>{
                in + "\"/a/b/{y}:c\"" + conflict + "\"/a/{x=b/*}:c\"; neither can be reached",
                in + "\"/z/{nix}\": variable nix: Could not find field \"nix\" in the type \"routing.test.Fields\".",
                in + "\"/a/b/*:c\"" + conflict + "\"/a/b/{y}:c\"; neither can be reached",
            }));
  EXPECT_TRUE(TestTable({"GET /a", "POST /a"}, RoutingOptions::Envoy()).table().warnings().empty());
}

TEST(RouteTableBuilder, RefusesBodiesThatNameNoField) {
  const std::string in = "routing.test.Library.GetBook: POST \"/a\": ";
  const std::string missing = in + "body: Could not find field \"nix\" in the type \"routing.test.Fields\".";
  EXPECT_EQ(BuildError({"POST /a body=nix"}), missing);
  EXPECT_EQ(BuildError({"POST /a body=nix"}, RoutingOptions::Envoy()), missing);
  EXPECT_EQ(BuildError({"POST /a body=books.id"}), in + "body: books.id lies below a repeated field");
  EXPECT_EQ(BuildError({"POST /a body=books.id"}, RoutingOptions::Envoy()), "");
  EXPECT_EQ(BuildError({"POST /a body=book.author", "POST /b body=books", "POST /c body=x", "POST /d body=*"}), "");
}

TEST(RouteTableBuilder, AnAsteriskAsResponseBodyIsForEnvoyTheWholeAnswer) {
  google::api::HttpRule rule;
  rule.set_get("/a");
  rule.set_response_body("*");
  Schema schema;
  EXPECT_FALSE(RouteTableBuilder(schema, {}).AddRule(*Library().method(0), rule).ok());
  RouteTableBuilder builder(schema, RoutingOptions::Envoy());
  ASSERT_TRUE(builder.AddRule(*Library().method(0), rule).ok());
  EXPECT_EQ(std::move(builder).Build().routes().front()->response_body, "");
}

TEST(RouteTableBuilder, RefusesAResponseBodyThatLiesBelowAList) {
  Schema schema;
  RouteTableBuilder builder(schema, {});
  google::api::HttpRule rule;
  rule.set_get("/a");
  rule.set_response_body("author.scores.value");
  EXPECT_EQ(MessageOf(builder.AddRule(*Library().method(0), rule)),
            "routing.test.Library.GetBook: GET \"/a\": response_body: author.scores.value lies below a repeated field");
  rule.set_response_body("author.scores");
  EXPECT_TRUE(builder.AddRule(*Library().method(0), rule).ok());
}

TEST(RouteTableBuilder, RefusesWhatCouldNeverMatch) {
  EXPECT_EQ(BuildError({"* /a:verb"}),
            "routing.test.Library.GetBook: * \"/a:verb\": a rule for any method can have no verb");
  EXPECT_EQ(BuildError({" /a"}), "routing.test.Library.GetBook:  \"/a\": the HTTP method is empty");
  EXPECT_EQ(BuildError({"* /a:verb", " /a"}, RoutingOptions::Envoy()), "");
}

}  // namespace
}  // namespace minato::gateway
