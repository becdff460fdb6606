// How minatod and minato-server end.
#pragma once

#include "server/main/services.h"
#include "server/rpc/server.h"

namespace minato {

// Ends the calls over gRPC, then the services' own work; either may take `bound`. Where calls do not end in that time
// the process ends here, with 0, around them, since they hold on to everything.
void DrainServices(rpc::Server& grpc, Services& services, absl::Duration bound);

}  // namespace minato
