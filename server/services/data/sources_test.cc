#include "server/services/data/sources.h"

#include <gtest/gtest.h>

#include "runtime/test_loop.h"
#include "server/backends/http_client/loopback_server.h"

namespace minato::data {
namespace {

using http_client::LoopbackServer;

TEST(Sources, AWrongSourceIsNamed) {
  http_client::Client client;
  const std::pair<std::vector<SourceConfig>, const char*> cases[] = {
      {{{"", SimulatedSource{}}}, "a data source has no name"},
      {{{"a", SimulatedSource{}}, {"a", SimulatedSource{}}},
       "data source a: the name is given twice"},
      {{{"a", HttpSource{"file:///etc/passwd"}}},
       "data source a: 'file:///etc/passwd' is neither http:// nor https://"},
  };
  for (const auto& [configs, message] : cases) {
    EXPECT_EQ(Sources::Create(configs, client).status(), InvalidArgument("{}", message));
  }
}

TEST(Sources, AnHttpSourceIsFetchedAsText) {
  const auto server = *LoopbackServer::Start([](std::string_view target) {
    return LoopbackServer::Answer{
        LoopbackServer::Ok("text/plain", target == "/text" ? "h\xc3\xa4" : "h\xe4")};
  });
  TestLoop loop;
  http_client::Client client;
  const Sources sources = *Sources::Create(
      {{"text", HttpSource{server->Url("/text")}}, {"latin", HttpSource{server->Url("/latin")}}},
      client);
  EXPECT_EQ(*loop.Run(sources.FetchText("text")), "h\xc3\xa4");
  EXPECT_EQ(loop.Run(sources.FetchText("latin")).status(),
            Unavailable("data source latin: the answer is no text in UTF-8"));
}

TEST(Sources, ASourceFailsForAsManyAttemptsAsItIsTold) {
  http_client::Client client;
  TestLoop loop;
  const Sources sources =
      *Sources::Create({{"a", SimulatedSource{"yes", absl::ZeroDuration(), 2}}}, client);
  EXPECT_FALSE(loop.Run(sources.FetchText("a")).ok());
  EXPECT_FALSE(loop.Run(sources.FetchText("a", 2)).ok());
  EXPECT_EQ(*loop.Run(sources.FetchText("a", 3)), "yes");
}

}  // namespace
}  // namespace minato::data
