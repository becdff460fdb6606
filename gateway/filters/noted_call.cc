#include "gateway/filters/noted_call.h"

namespace minato::gateway {

std::optional<ResponseFlag> FlagOf(UpstreamFailure failure) {
  switch (failure) {
    case UpstreamFailure::kNoHealthyHost: return ResponseFlag::kNoHealthyUpstream;
    case UpstreamFailure::kOverflow: return ResponseFlag::kUpstreamOverflow;
    case UpstreamFailure::kConnectFailure:
    case UpstreamFailure::kConnectTimeout: return ResponseFlag::kUpstreamConnectionFailure;
    case UpstreamFailure::kConnectionTermination: return ResponseFlag::kUpstreamConnectionTermination;
    case UpstreamFailure::kRemoteReset:
    case UpstreamFailure::kRemoteRefusedStream: return ResponseFlag::kUpstreamRemoteReset;
    case UpstreamFailure::kProtocolError: return ResponseFlag::kUpstreamProtocolError;
    case UpstreamFailure::kNone:
    case UpstreamFailure::kLocalReset: return std::nullopt;
  }
  return std::nullopt;
}

void NotedCall::Note() {
  ++record_->upstream_attempts;
  record_->upstream_host = call_.upstream_address();
  record_->upstream_connected = call_.was_on_connection();
}

}  // namespace minato::gateway
