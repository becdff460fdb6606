// The reader's parts, each a message of Envoy's configuration and what hangs on it. All collect their errors.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/config/bootstrap.h"
#include "gateway/config/message_reader.h"

namespace minato::gateway::config {

// core_part.cc
struct ListenSocket {
  std::string address;  // of an IP: "127.0.0.1:80", "[::1]:80"
  bool ipv4_compat = false;
};
ListenSocket ReadSocketAddress(const YamlValue& address, ConfigErrors& errors);
struct HostAndPort {
  std::string host;
  uint16_t port = 0;
  bool ipv4_compat = false;  // makes no difference to who connects
};
HostAndPort ReadHostAndPort(const YamlValue& address, ConfigErrors& errors);
bool IsIpAddress(const std::string& text);
// The name of a file, or the text itself (inline, or of an environment variable).
struct DataSource {
  bool is_file = false;
  std::string text;
};
DataSource ReadDataSource(const YamlValue& value, ConfigErrors& errors);
// A string that goes into a header's value.
std::string ReadHeaderText(MessageReader& reader, std::string_view field);
enum class Side { kDownstream, kUpstream };
Http2ProtocolOptions ReadHttp2Options(const YamlValue& value, Side side, ConfigErrors& errors);

// access_log_part.cc; the field access_log, without those that go nowhere.
inline constexpr std::string_view kNoLog = "/dev/null";
std::vector<AccessLog> ReadAccessLogs(MessageReader& level);
// Of a listener: none of its logs is written, so only those are as asked that go nowhere.
void RefuseAccessLogs(MessageReader& level);

// matcher_part.cc
std::string ReadRegex(const YamlValue& value, ConfigErrors& errors);
StringMatcher ReadStringMatcher(const YamlValue& value, ConfigErrors& errors);
HeaderMatcher ReadHeaderMatcher(const YamlValue& value, ConfigErrors& errors);
QueryParameterMatcher ReadQueryParameterMatcher(const YamlValue& value, ConfigErrors& errors);

// transcoder_part.cc
std::shared_ptr<const GrpcJsonTranscoder> ReadTranscoder(const YamlValue& value, ConfigErrors& errors);

// cors_part.cc; the filter's policy, or the older field `cors` of a route, which has the same fields.
std::shared_ptr<const CorsPolicy> ReadCorsPolicy(const YamlValue& value, ConfigErrors& errors);

// tls_part.cc; transport_sockets.
TlsContext ReadDownstreamTls(const YamlValue& transport_socket, ConfigErrors& errors);
TlsContext ReadUpstreamTls(const YamlValue& transport_socket, ConfigErrors& errors);

// http_filters_part.cc
// By which names the filters of a chain are configured per route.
struct FilterNames {
  std::vector<std::string> transcoders;  // in the order of the chain; two may have the same
  std::string cors;                      // "": the chain has none
};
std::vector<HttpFilter> ReadHttpFilters(MessageReader& manager, FilterNames& names);
PerFilterConfig ReadPerFilterConfig(MessageReader& level, const FilterNames& names);

// header_mutations_part.cc
HeaderMutations ReadRequestHeaderMutations(MessageReader& level);
HeaderMutations ReadResponseHeaderMutations(MessageReader& level);

// retry_policy_part.cc
RetryPolicy ReadRetryPolicy(const YamlValue& value, ConfigErrors& errors);

// route_part.cc
RouteConfiguration ReadRouteConfiguration(const YamlValue& value, const FilterNames& names, ConfigErrors& errors);

// http_connection_manager_part.cc
HttpConnectionManager ReadHttpConnectionManager(const YamlValue& value, ConfigErrors& errors);

// runtime_part.cc; what bounds downstream connections.
struct ConnectionLimits {
  struct OfListener {
    uint32_t max = 0;
    Place place = {};
  };
  std::optional<uint32_t> global = {};
  std::map<std::string, OfListener> by_listener = {};  // by its name
};
void ReadLayeredRuntime(const YamlValue& value, ConnectionLimits& limits, ConfigErrors& errors);
void ReadOverloadManager(const YamlValue& value, ConnectionLimits& limits, ConfigErrors& errors);

// listener_part.cc
Listener ReadListener(const YamlValue& value, ConfigErrors& errors);

// cluster_part.cc
Cluster ReadCluster(const YamlValue& value, ConfigErrors& errors);

}  // namespace minato::gateway::config
