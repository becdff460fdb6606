// DNS by c-ares.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "gateway/config/bootstrap.h"
#include "runtime/io/asio_executor.h"
#include "runtime/task.h"

namespace minato::gateway {

struct ResolvedName {
  std::vector<boost::asio::ip::address> addresses;  // sorted; never empty
  absl::Duration ttl;  // the smallest among the records; infinite for what is an address already
};

struct ResolveOptions {
  config::Cluster::DnsLookupFamily family = config::Cluster::DnsLookupFamily::kAuto;
  std::string servers = {};  // "127.0.0.1:5353,…"; empty: as /etc/resolv.conf says
  absl::Duration timeout = absl::Seconds(2);  // of one try
  int tries = 3;
};

// The addresses of `name` of the family that is wanted, or else those of the other, if that will do. An address is its
// own answer.
// NOT_FOUND without any; UNAVAILABLE when nobody answers; the reason of the task's cancellation. `home` is the task's.
Task<StatusOr<ResolvedName>> ResolveName(AsioExecutor& home, std::string name, ResolveOptions options = {});

}  // namespace minato::gateway
