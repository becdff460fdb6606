#include "minato/drain_services.h"

#include <cstdlib>

#include "telemetry/log.h"

namespace minato {

void DrainServices(rpc::Server& grpc, Services& services, absl::Duration bound) {
  const Status drained = grpc.Drain(bound);
  if (!drained.ok()) {
    Log::Error("{}", MessageOf(drained));
    Log::Flush();
    std::_Exit(0);
  }
  services.Drain(bound);
}

}  // namespace minato
