#include "gateway/filters/managed_head.h"

#include <map>
#include <set>

#include <gmock/gmock.h>

#include "gateway/front/hand_client.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {
namespace {

std::map<std::string, std::string> Fields(const RequestHead& head) {
  std::map<std::string, std::string> fields;
  head.ForEach([&](std::string_view name, std::string_view value) { fields[std::string(name)] = value; });
  return fields;
}

TEST(ManagedHead, HidesWhatIsOfTheConnectionAndOfProxies) {
  HandClient client("GET", "/a");
  client.request_headers = {{"connection", "keep-alive"}, {"transfer-encoding", "chunked"}, {"X-Envoy-Retry-On", "5xx"},
                            {"x-envoy-original-path", "/b"}, {"expect", "100-continue"}, {"TE", "gzip"}, {"x-a", "1"},
                            {"x-request-id", "me"}, {"x-forwarded-proto", "https"}};
  const ManagedHead head(client.head(), "", false, {});
  const std::map<std::string, std::string> left = {
      {"x-a", "1"}, {"x-envoy-original-path", "/b"}, {"x-request-id", "me"}, {"x-forwarded-proto", "https"}};
  EXPECT_EQ(Fields(head), left);
  EXPECT_EQ(head.Find(http::KnownHeader::kConnection), std::nullopt);
  EXPECT_EQ(head.Find("x-envoy-retry-on"), std::nullopt);
  EXPECT_EQ(head.Find("x-a"), "1");
  EXPECT_EQ(head.authority(), "test");
}

TEST(ManagedHead, PassesNoRefererOnThatTellsTooMuch) {
  EXPECT_TRUE(StopsByValue("referer", "http://h/#a"));
  EXPECT_FALSE(StopsByValue("referer", "http://h/"));
}

TEST(ManagedHead, AddsWhatTheGatewaySaysOfTheClient) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-request-id", ""}};
  const ManagedHead head(client.head(), "", true, {});
  EXPECT_EQ(head.Find(":scheme"), "https");
  EXPECT_EQ(head.Find("x-forwarded-proto"), "https");
  EXPECT_EQ(head.Find("x-request-id").value_or("").size(), 36u);
  EXPECT_EQ(Fields(head)["x-request-id"], head.Find(http::KnownHeader::kXRequestId));
  EXPECT_EQ(ManagedHead(client.head(), "", true, {.generate_request_id = false}).Find("x-request-id"), "");
}

TEST(ManagedHead, ARequestIdIsAUuidOfVersion4) {
  std::set<std::string> ids;
  std::set<char> last_digits;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomRequestId();
    EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    ids.insert(id);
    last_digits.insert(id.back());
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_EQ(last_digits.size(), 16u);
}

TEST(ManagedHead, TheSchemeIsThatOfTheClientUnlessItsAddressIsUsed) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-forwarded-proto", "HTTPS"}};
  EXPECT_EQ(ManagedHead(client.head(), "", false, {}).Find(":scheme"), "https");
  const ManagedHead own(client.head(), "ipv4:10.0.0.7:1", false, {.client_address = {.use_remote_address = true}});
  EXPECT_EQ(own.Find(":scheme"), "http");
  EXPECT_EQ(own.Find("x-forwarded-proto"), "http");
  client.request_headers["x-forwarded-proto"] = "ftp";
  EXPECT_EQ(ManagedHead(client.head(), "", false, {}).Find(":scheme"), "http");
}

TEST(ManagedHead, TheClientsOwnSchemeComesFirst) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-forwarded-proto", "http"}};
  client.own_scheme = "HTTPS";
  EXPECT_EQ(ManagedHead(client.head(), "", false, {}).Find(":scheme"), "https");
  EXPECT_EQ(SchemeFor(client.head(), "http", false), "https");
  client.own_scheme = "ftp";
  EXPECT_EQ(ManagedHead(client.head(), "", false, {}).Find(":scheme"), "ftp");
  EXPECT_EQ(SchemeFor(client.head(), "http", true), "http") << "upstream there are two";
}

TEST(ManagedHead, TellsTheClientsAddressIfToldTo) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-forwarded-for", "10.0.0.1"}, {"X-Envoy-External-Address", "1.2.3.4"}};
  const ManagedHead head(client.head(), "ipv4:10.0.0.7:40312", false, {.client_address = {.use_remote_address = true}});
  EXPECT_EQ(head.Find("x-forwarded-for"), "10.0.0.1,10.0.0.7");
  EXPECT_EQ(head.Find("x-envoy-external-address"), "10.0.0.7");
  EXPECT_EQ(Fields(head)["x-forwarded-for"], "10.0.0.1,10.0.0.7");
  EXPECT_EQ(Fields(head)["x-envoy-external-address"], "10.0.0.7");
  EXPECT_FALSE(Fields(head).contains("X-Envoy-External-Address"));
  const ManagedHead as_sent(client.head(), "ipv4:10.0.0.7:40312", false, {});
  EXPECT_EQ(as_sent.Find("x-forwarded-for"), "10.0.0.1");
  EXPECT_EQ(Fields(as_sent)["X-Envoy-External-Address"], "1.2.3.4");
}

TEST(ManagedHead, TrustsTheHopsThatItIsToldOf) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-forwarded-for", "10.0.0.1, 10.0.0.2"}, {"x-forwarded-proto", "https"}};
  const auto managed = [&](uint32_t hops) {
    const Forwarding forwarding = {.client_address = {.use_remote_address = true, .xff_num_trusted_hops = hops}};
    return Fields(ManagedHead(client.head(), "ipv4:10.0.0.7:40312", false, forwarding));
  };
  EXPECT_EQ(managed(0)["x-envoy-external-address"], "10.0.0.7");
  EXPECT_EQ(managed(0)["x-forwarded-proto"], "http");
  EXPECT_EQ(managed(2)["x-envoy-external-address"], "10.0.0.1");
  EXPECT_EQ(managed(2)["x-forwarded-for"], "10.0.0.1, 10.0.0.2,10.0.0.7");
  EXPECT_EQ(managed(2)["x-forwarded-proto"], "https");
  EXPECT_EQ(managed(3)["x-envoy-external-address"], "10.0.0.7") << "nobody tells of so many";
}

TEST(ManagedHead, AddsNoAddressIfToldNotTo) {
  HandClient client("GET", "/a");
  const Forwarding forwarding = {.client_address = {.use_remote_address = true}, .skip_xff_append = true};
  EXPECT_FALSE(Fields(ManagedHead(client.head(), "ipv4:10.0.0.7:1", false, forwarding)).contains("x-forwarded-for"));
}

TEST(ManagedHead, GivesRequestsFromOutsideAnotherIdUnlessThatIsPreserved) {
  HandClient client("GET", "/a");
  client.request_headers = {{"x-request-id", "mine"}};
  const auto id = [&](Forwarding forwarding) {
    return Fields(ManagedHead(client.head(), "ipv4:10.0.0.7:1", false, forwarding))["x-request-id"];
  };
  EXPECT_EQ(id({}), "mine");
  EXPECT_EQ(id({.client_address = {.use_remote_address = true}}).size(), 36u);
  EXPECT_EQ(id({.client_address = {.use_remote_address = true}, .preserve_external_request_id = true}), "mine");
  EXPECT_EQ(id({.client_address = {.use_remote_address = true}, .generate_request_id = false}), "mine");
}

Task<void> Answer(ClientStream& stream, bool in_pieces) {
  const ResponseHead head = {.headers = {{"x-request-id", "of the upstream"}, {"x-a", "b"}}};
  const Status sent = in_pieces ? co_await stream.StartResponse(head) : co_await stream.Respond(head, "");
}

TEST(ManagedStream, TellsTheRequestIdIfToldTo) {
  for (const bool in_pieces : {false, true}) {
    for (const bool tells : {false, true}) {
      ManualExecutor loop;
      HandClient client("GET", "/a");
      client.request_headers = {{"x-request-id", "mine"}};
      ManagedStream stream(client, {.always_set_request_id_in_response = tells});
      loop.Run(Answer(stream, in_pieces));
      EXPECT_EQ(client.headers.FindAll("x-request-id"),
                std::vector<std::string_view>{tells ? "mine" : "of the upstream"});
      EXPECT_EQ(client.headers.Find("x-a"), "b");
    }
  }
}

TEST(ManagedHead, GoesThroughUs) {
  HandClient client("GET", "/a");
  EXPECT_EQ(Fields(ManagedHead(client.head(), "", false, {.via = "1.1 m"}))["via"], "1.1 m");
  client.request_headers = {{"Via", "1.0 a"}};
  const ManagedHead head(client.head(), "", false, {.via = "1.1 m"});
  EXPECT_EQ(head.Find("via"), "1.0 a, 1.1 m");
  EXPECT_EQ(Fields(head)["via"], "1.0 a, 1.1 m");
  EXPECT_FALSE(Fields(head).contains("Via"));
}

}  // namespace
}  // namespace minato::gateway
