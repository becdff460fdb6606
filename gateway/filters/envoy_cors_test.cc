#include "gateway/filters/envoy_cors.h"

#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

class Behind final : public HttpFilter {
 public:
  Task<void> Serve(ClientStream& stream, RouteChoice&) override {
    const Status sent = co_await stream.Respond({.status = 299, .headers = headers}, "behind");
  }
  http::Headers headers;
};

struct EnvoyCorsTest : testing::Test {
  EnvoyCorsTest() {
    config::VirtualHost& host = config.virtual_hosts.emplace_back();
    host.domains = {"*"};
    config::Route& route = host.routes.emplace_back();
    route.match.path = "/";
    route.action = config::RouteAction{.cluster = "any"};
    policy.allow_origin_string_match = {Exactly("https://app.example")};
    policy.allow_methods = "GET, PUT";
    policy.allow_credentials = true;
    policy.max_age = "600";
  }
  static config::StringMatcher Exactly(std::string text) {
    return {.kind = config::StringMatcher::Kind::kExact, .text = std::move(text)};
  }
  config::VirtualHost& Host() { return config.virtual_hosts[0]; }
  config::Route& Route() { return Host().routes[0]; }

  // "status" and the access-control headers without that prefix, in order: "200 allow-origin=…;…".
  std::string Answer(HandClient& client) {
    CorsOrigins origins;
    const auto add = [&](const config::PerFilterConfig& level) {
      for (const auto& said : {level.cors, level.older_cors}) {
        if (said != nullptr) origins.Add(*said);
      }
    };
    add(config.per_filter);
    add(Host().per_filter);
    add(Route().per_filter);
    EnvoyCors cors(origins, behind);
    const Routes routes(config);
    RouteChoice choice(config, routes, client.head());
    loop.Run(cors.Serve(client, choice));
    std::string text = std::to_string(client.status) + " ";
    for (const http::HeaderField& field : client.headers) {
      text.append(field.name.substr(15)).append("=").append(field.value).append(";");
    }
    return text;
  }
  std::string Preflight(const std::string& origin = "https://app.example") {
    HandClient client("OPTIONS", "/v1");
    client.request_headers = {{"origin", origin},
                              {"access-control-request-method", "PATCH"},
                              {"access-control-request-headers", "x-a, x-b"}};
    return Answer(client);
  }
  std::string Get(const std::string& origin = "https://app.example") {
    HandClient client("GET", "/v1");
    client.request_headers = {{"origin", origin}};
    return Answer(client);
  }
  static std::shared_ptr<const config::CorsPolicy> Share(config::CorsPolicy policy) {
    return std::make_shared<const config::CorsPolicy>(std::move(policy));
  }

  ManualExecutor loop;
  Behind behind;
  config::RouteConfiguration config;
  config::CorsPolicy policy;
};

TEST_F(EnvoyCorsTest, AnswersPreflightsAndMarksOtherAnswers) {
  policy.expose_headers = "x-shown";
  Route().per_filter.cors = Share(policy);
  EXPECT_EQ(Preflight(), "200 allow-origin=https://app.example;allow-credentials=true;allow-methods=GET, PUT;max-age=600;"
                         "expose-headers=x-shown;");
  EXPECT_EQ(Get(), "299 allow-origin=https://app.example;allow-credentials=true;expose-headers=x-shown;");
  EXPECT_EQ(Get("https://evil.example"), "299 ");
  EXPECT_EQ(Preflight("https://evil.example"), "299 ") << "goes on, as any request";
  EXPECT_EQ(Get(""), "299 ");
}

TEST_F(EnvoyCorsTest, TakesEachFieldFromTheMostSpecificLevelThatHasIt) {
  config.per_filter.cors = Share(policy);
  config::CorsPolicy host;
  host.allow_methods = "POST";
  host.allow_credentials = false;
  Host().per_filter.cors = Share(host);
  config::CorsPolicy route;
  route.max_age = "1";
  Route().per_filter.cors = Share(route);
  EXPECT_EQ(Preflight(), "200 allow-origin=https://app.example;allow-methods=POST;max-age=1;");
  route.allow_origin_string_match = {Exactly("https://other.example")};
  Route().per_filter.cors = Share(route);
  EXPECT_EQ(Preflight(), "299 ");
}

TEST_F(EnvoyCorsTest, TheOlderFieldsCountWhereNoLevelHasTheOther) {
  Host().per_filter.older_cors = Share(policy);
  config::CorsPolicy route;
  route.allow_methods = "POST";
  Route().per_filter.older_cors = Share(route);
  EXPECT_EQ(Preflight(), "200 allow-origin=https://app.example;allow-credentials=true;allow-methods=POST;max-age=600;");
  config.per_filter.cors = Share({});
  EXPECT_EQ(Preflight(), "299 ");
}

TEST_F(EnvoyCorsTest, AStarIsWhateverIsAskedFor) {
  policy.allow_methods = "*";
  policy.allow_headers = "*";
  policy.allow_origin_string_match = {{.kind = config::StringMatcher::Kind::kPrefix, .text = "*"}};
  Route().per_filter.cors = Share(policy);
  EXPECT_EQ(Preflight("https://any.example"),
            "200 allow-origin=https://any.example;allow-credentials=true;allow-methods=PATCH;allow-headers=x-a, x-b;"
            "max-age=600;");
}

TEST_F(EnvoyCorsTest, APreflightThatIsNotToGoOnIsAnsweredWithoutItsOrigin) {
  policy.forward_not_matching_preflights = false;
  Route().per_filter.cors = Share(policy);
  EXPECT_EQ(Preflight("https://evil.example"), "200 allow-credentials=true;allow-methods=GET, PUT;max-age=600;");
}

TEST_F(EnvoyCorsTest, ARouteToNoClusterHasNoPolicy) {
  Host().per_filter.cors = Share(policy);
  Route().action = config::DirectResponseAction{};
  EXPECT_EQ(Preflight(), "299 ");
  Route().match.path = "/other";
  EXPECT_EQ(Get(), "299 ");
}

TEST_F(EnvoyCorsTest, SaysItInThePlaceOfTheUpstream) {
  policy.expose_headers = "x-shown";
  Route().per_filter.cors = Share(policy);
  behind.headers = {{"access-control-expose-headers", "x-its-own"},
                    {"access-control-allow-origin", "*"},
                    {"access-control-allow-origin", "https://other.example"},
                    {"access-control-max-age", "5"}};
  EXPECT_EQ(Get(), "299 expose-headers=x-shown;allow-origin=https://app.example;max-age=5;allow-credentials=true;");
  EXPECT_EQ(Get("https://evil.example"),
            "299 expose-headers=x-its-own;allow-origin=*;allow-origin=https://other.example;max-age=5;");
}

}  // namespace
}  // namespace minato::gateway
