// The flags that minato-server and minatod share, as typed configuration.
#pragma once

#include <string>

#include "runtime/status.h"
#include "server/main/services.h"
#include "server/rpc/server_options.h"

namespace minato {

// True for the file in which the shared flags stand.
bool HasSharedFlags(std::string_view file);

struct SharedConfig {
  ServicesConfig services;
  std::string grpc_address;
  std::string admin_address;
  int workers = 1;                      // threads of each transport
  size_t request_bytes_max = 0;         // of one message
  size_t calls_in_flight_max = 0;
  absl::Duration drain_timeout;
  bool allow_public_address = false;
};

// INVALID_ARGUMENT that names the flag.
StatusOr<SharedConfig> ConfigFromFlags();

rpc::ServerOptions GrpcOptions(const SharedConfig& config);

}  // namespace minato
