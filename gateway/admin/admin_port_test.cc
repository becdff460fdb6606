#include "gateway/admin/admin_port.h"

#include <fstream>
#include <sstream>

#include "gateway/access_log/access_logs.h"
#include "gateway/front/raw_client.h"

namespace minato::gateway {
namespace {

struct AdminPortTest : testing::Test {
  std::string Ask(std::string_view method, std::string_view path) {
    RawClient client(port->address());
    client.Send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    return client.ReadAll();
  }
  std::string Get(std::string_view path) { return Ask("GET", path); }

  Counter calls;
  MetricsRegistry metrics;
  std::unique_ptr<AdminPort> port = AdminPort::Start("127.0.0.1:0", metrics).value();
};

TEST_F(AdminPortTest, SaysThatTheProcessLivesAndWhetherItIsReady) {
  EXPECT_TRUE(Get("/healthz").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(Get("/ready").starts_with("HTTP/1.1 503 "));
  port->SetReady(true);
  EXPECT_TRUE(Get("/ready").starts_with("HTTP/1.1 200 "));
  port->SetReady(false);
  EXPECT_TRUE(Get("/ready").starts_with("HTTP/1.1 503 "));
}

TEST_F(AdminPortTest, ShowsTheMetricsAsTheyAreNow) {
  metrics.Add("a.calls", calls);
  calls.Add(3);
  EXPECT_NE(Get("/stats").find("\"a.calls\":3"), std::string::npos);
  calls.Add(4);
  EXPECT_NE(Get("/stats").find("\"a.calls\":7"), std::string::npos);
}

TEST_F(AdminPortTest, AnswersNothingElse) {
  EXPECT_TRUE(Get("/").starts_with("HTTP/1.1 404 "));
  const std::string refused = Ask("POST", "/healthz");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 ")) << refused;
  EXPECT_NE(refused.find("allow: GET, HEAD\r\n"), std::string::npos) << refused;
}

TEST_F(AdminPortTest, NamesTheAddressThatItCannotHave) {
  const auto second = AdminPort::Start(port->address(), metrics);
  EXPECT_EQ(second.status().code(), StatusCode::kAlreadyExists);
  EXPECT_NE(MessageOf(second.status()).find(port->address()), std::string_view::npos);
  EXPECT_EQ(AdminPort::Start("nowhere", metrics).status().code(), StatusCode::kInvalidArgument);
}

TEST(LoggedAdminPort, WritesALineForEachRequest) {
  const std::string path = std::string(testing::TempDir()).append("/admin_access.log");
  const std::vector<config::AccessLog> configs = {
      {.path = path, .format = LogFormat::Parse("%REQ(:PATH)% %RESPONSE_CODE% %BYTES_SENT%\n").value()}};
  MetricsRegistry metrics;
  {
    LogFiles files;
    const auto logs = AccessLogs::Open(configs, files).value();
    const auto port = AdminPort::Start("127.0.0.1:0", metrics, IpVersions::kBoth, logs.get()).value();
    RawClient client(port->address());
    client.Send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /nope?a HTTX\r\n\r\n");
    client.ReadAll();
  }
  std::ostringstream lines;
  lines << std::ifstream(path).rdbuf();
  EXPECT_TRUE(lines.str().starts_with("/healthz 200 16\n- 400 ")) << lines.str();
}

}  // namespace
}  // namespace minato::gateway
