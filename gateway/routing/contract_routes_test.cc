// The services of protos/minato make a table without conflicts, and the routes promised to clients lead where they
// should.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gateway/routing/route_table.h"
#include "google/protobuf/descriptor.h"
#include "minato/chat/v1/chat.pb.h"
#include "minato/data/v1/data.pb.h"
#include "minato/stock/v1/stock.pb.h"
#include "minato/task/v1/task.pb.h"
#include "minato/user/v1/user.pb.h"

namespace minato::gateway {
namespace {

class ContractRoutes : public testing::Test {
 protected:
  ContractRoutes() {
    RouteTableBuilder builder(schema_, {});
    for (const google::protobuf::FileDescriptor* file :
         {chat::v1::Message::descriptor()->file(), data::v1::FetchResult::descriptor()->file(),
          stock::v1::Quote::descriptor()->file(), task::v1::Task::descriptor()->file(),
          user::v1::User::descriptor()->file()}) {
      for (int i = 0; i < file->service_count(); ++i) {
        const Status status = builder.AddService(*file->service(i));
        EXPECT_TRUE(status.ok()) << status;
      }
    }
    table_.emplace(std::move(builder).Build());
  }

  // "Method body=… variable=value", or "404", or "405 Allow".
  std::string Match(std::string_view http_method, std::string_view path) const {
    const RouteMatch match = table_->Match(http_method, path);
    if (match.outcome == RouteMatch::Outcome::kNotFound) return "404";
    if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) return "405 " + match.allow;
    std::string text = match.route->method->name();
    if (!match.route->body.empty()) text += " body=" + match.route->body;
    for (size_t i = 0; i < match.values.size(); ++i) {
      text += fmt::format(" {}={}", match.route->variables[i].name, match.values[i]);
    }
    return text;
  }

  Schema schema_;
  std::optional<RouteTable> table_;
};

TEST_F(ContractRoutes, LeadWhereTheContractSays) {
  const struct {
    const char* http_method;
    const char* path;
  } routes[] = {
      {"GET", "/data"},          {"GET", "/multiple-data"},  {"GET", "/external-data"}, {"GET", "/ws"},
      {"GET", "/stock/ACME"},    {"POST", "/send-email"},    {"POST", "/process-batch"}, {"POST", "/enqueue-task"},
      {"GET", "/user/5"},        {"POST", "/data"},          {"POST", "/process-data"}, {"GET", "/start-task"},
      {"GET", "/retry-data"},    {"POST", "/v1/users"},      {"GET", "/v1/users/5"},    {"HEAD", "/v1/users/5"},
  };
  for (const auto& [http_method, path] : routes) {
    EXPECT_FALSE(Match(http_method, path).starts_with("40")) << http_method << " " << path;
  }
  EXPECT_EQ(Match("GET", "/user/5"), "GetUser id=5");
  EXPECT_EQ(Match("GET", "/stock/ACME"), "GetQuote symbol=ACME");
  EXPECT_EQ(Match("GET", "/ws"), "Echo");
  EXPECT_EQ(Match("POST", "/enqueue-task"), "EnqueueTask body=payload");
  EXPECT_EQ(Match("DELETE", "/data"), "405 GET, HEAD, POST");
  EXPECT_EQ(Match("GET", "/nowhere"), "404");
  EXPECT_EQ(Match("GET", "/"), "404") << "pages are not routes";
}

}  // namespace
}  // namespace minato::gateway
