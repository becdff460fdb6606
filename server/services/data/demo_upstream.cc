#include "server/services/data/demo_upstream.h"

namespace minato::data {

StatusOr<std::unique_ptr<http_client::LoopbackServer>> StartDemoUpstream() {
  return http_client::LoopbackServer::Start([](std::string_view) {
    return http_client::LoopbackServer::Answer{http_client::LoopbackServer::Ok(
        "application/json", R"({"source": "Minato's demo upstream", "temperature": 21.5})")};
  });
}

}  // namespace minato::data
