#include "gateway/access_log/response_flag.h"

#include <iterator>

namespace minato::gateway {
namespace {

struct Names {
  std::string_view short_name;
  std::string_view long_name;
};

constexpr Names kNames[] = {
    {"UH", "NoHealthyUpstream"},
    {"UT", "UpstreamRequestTimeout"},
    {"UR", "UpstreamRemoteReset"},
    {"UF", "UpstreamConnectionFailure"},
    {"UC", "UpstreamConnectionTermination"},
    {"UO", "UpstreamOverflow"},
    {"NR", "NoRouteFound"},
    {"DC", "DownstreamConnectionTermination"},
    {"URX", "UpstreamRetryLimitExceeded"},
    {"SI", "StreamIdleTimeout"},
    {"DPE", "DownstreamProtocolError"},
    {"UPE", "UpstreamProtocolError"},
};
static_assert(std::size(kNames) == static_cast<size_t>(ResponseFlag::kUpstreamProtocolError) + 1);

}  // namespace

std::string_view ShortName(ResponseFlag flag) { return kNames[static_cast<size_t>(flag)].short_name; }
std::string_view LongName(ResponseFlag flag) { return kNames[static_cast<size_t>(flag)].long_name; }

}  // namespace minato::gateway
