// The flags that minato-server and minatod share, as typed configuration.
#pragma once

#include <string>

#include "runtime/status.h"
#include "server/main/services.h"
#include "server/rpc/server_options.h"

namespace minato {

// Reads the command line: answers --help and --version itself, sets the log level, and refuses what it does not know
// (exit code 1) or what is left over. `about` is the first line of --help; `is_own_flag_file` says which source files'
// flags --help lists.
void ParseFlags(int argc, char** argv, std::string_view about,
                bool (*is_own_flag_file)(std::string_view file));

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

// Whether only this machine reaches host:port. A name other than localhost counts as reached by others.
bool IsLoopback(std::string_view address);

// PERMISSION_DENIED for an address that other machines reach, unless the flag allows it.
Status RequireAllowed(std::string_view flag, std::string_view address, bool is_loopback,
                      bool allow_public_address);

}  // namespace minato
