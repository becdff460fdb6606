// Why a request did not go as it should (Envoy: StreamInfo::CoreResponseFlag).
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <absl/container/inlined_vector.h>

namespace minato::gateway {

enum class ResponseFlag {
  kNoHealthyUpstream,              // UH
  kUpstreamRequestTimeout,         // UT
  kUpstreamRemoteReset,            // UR
  kUpstreamConnectionFailure,      // UF
  kUpstreamConnectionTermination,  // UC
  kUpstreamOverflow,               // UO
  kNoRouteFound,                   // NR
  kDownstreamConnectionTermination,  // DC
  kUpstreamRetryLimitExceeded,     // URX
  kStreamIdleTimeout,              // SI
  kDownstreamProtocolError,        // DPE
  kUpstreamProtocolError,          // UPE
};

std::string_view ShortName(ResponseFlag flag);  // "UH"
std::string_view LongName(ResponseFlag flag);   // "NoHealthyUpstream"

// In the order in which they came up.
class ResponseFlags {
 public:
  void Add(ResponseFlag flag) {
    if (!Has(flag)) flags_.push_back(flag);
  }
  bool Has(ResponseFlag flag) const { return std::find(flags_.begin(), flags_.end(), flag) != flags_.end(); }
  bool empty() const { return flags_.empty(); }
  auto begin() const { return flags_.begin(); }
  auto end() const { return flags_.end(); }

 private:
  absl::InlinedVector<ResponseFlag, 4> flags_;
};

}  // namespace minato::gateway
