#include "server/main/admin_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace minato {
namespace {

using boost::asio::ip::tcp;

// What the server sends until it closes the connection.
std::string Exchange(const AdminServer& server, std::string_view request) {
  boost::asio::io_context loop;
  tcp::socket socket(loop);
  const std::string address = server.address();
  const auto port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  boost::asio::write(socket, boost::asio::buffer(request));
  std::string answer;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
  return answer;
}

struct AdminFixture {
  std::string Get(std::string_view path) {
    return Exchange(*server, fmt::format("GET {} HTTP/1.1\r\nhost: here\r\n\r\n", path));
  }

  Counter calls;
  MetricsRegistry metrics;
  std::unique_ptr<AdminServer> server = AdminServer::Start("127.0.0.1:0", metrics).value();
};

TEST(AdminServer, SaysThatTheProcessLivesAndWhetherItIsReady) {
  AdminFixture f;
  EXPECT_TRUE(f.Get("/healthz").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(f.Get("/ready").starts_with("HTTP/1.1 503 "));
  f.server->SetReady(true);
  EXPECT_TRUE(f.Get("/ready").starts_with("HTTP/1.1 200 "));
  f.server->SetReady(false);
  EXPECT_TRUE(f.Get("/ready").starts_with("HTTP/1.1 503 "));
}

TEST(AdminServer, ShowsTheMetricsAsTheyAreNow) {
  AdminFixture f;
  f.metrics.Add("a.calls", f.calls);
  f.calls.Add(3);
  EXPECT_NE(f.Get("/stats").find("\"a.calls\":3"), std::string::npos);
  f.calls.Add(4);
  EXPECT_NE(f.Get("/stats").find("\"a.calls\":7"), std::string::npos);
}

TEST(AdminServer, AnswersNothingElse) {
  AdminFixture f;
  EXPECT_TRUE(f.Get("/").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(Exchange(*f.server, "POST /healthz HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
}

TEST(AdminServer, CutsOffAHeadWithoutAnEnd) {
  AdminFixture f;
  EXPECT_EQ(Exchange(*f.server, "GET /healthz HTTP/1.1\r\n" + std::string(17 << 10, 'x')), "");
  EXPECT_TRUE(f.Get("/healthz").starts_with("HTTP/1.1 200 "));
}

TEST(AdminServer, NamesTheAddressThatItCannotHave) {
  AdminFixture f;
  const auto second = AdminServer::Start(f.server->address(), f.metrics);
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(second.status()).find(f.server->address()), std::string_view::npos);
  EXPECT_EQ(AdminServer::Start("nowhere", f.metrics).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace minato
