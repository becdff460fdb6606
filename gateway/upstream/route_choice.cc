#include "gateway/upstream/route_choice.h"

#include <algorithm>
#include <map>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include "gateway/upstream/grpc_request.h"
#include "gateway/upstream/header_match.h"
#include "gateway/upstream/query_match.h"

namespace minato::gateway {
namespace {

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

// The most specific one first, unless that one is to win.
HeaderLevels LevelsOf(const config::RouteConfiguration& config, const config::HeaderMutations& of_config,
                      const config::HeaderMutations& of_host, const config::HeaderMutations& of_route) {
  HeaderLevels levels;
  for (const config::HeaderMutations* const level : {&of_route, &of_host, &of_config}) {
    if (!level->empty()) levels.push_back(level);
  }
  if (config.most_specific_header_mutations_wins) std::reverse(levels.begin(), levels.end());
  return levels;
}

struct CompiledRoute {
  CompiledRoute(const config::RouteConfiguration& all, const config::VirtualHost& host, const config::Route& route)
      : config(route),
        request_headers(LevelsOf(all, all.request_headers, host.request_headers, route.request_headers)),
        response_headers(LevelsOf(all, all.response_headers, host.response_headers, route.response_headers)) {
    if (route.match.kind == config::RouteMatch::Path::kSafeRegex) regex.emplace(route.match.path);
    for (const config::HeaderMatcher& header : route.match.headers) headers.emplace_back(header);
    for (const auto& parameter : route.match.query_parameters) query_parameters.emplace_back(parameter);
  }

  const config::Route& config;
  std::optional<FullRegex> regex;
  std::vector<HeaderMatch> headers;
  std::vector<QueryMatch> query_parameters;
  HeaderLevels request_headers;
  HeaderLevels response_headers;
};

bool StartsWith(std::string_view text, std::string_view prefix, bool case_sensitive) {
  return case_sensitive ? text.starts_with(prefix) : absl::StartsWithIgnoreCase(Absl(text), Absl(prefix));
}

bool MatchesPath(const CompiledRoute& route, const RequestHead& head) {
  const config::RouteMatch& match = route.config.match;
  switch (match.kind) {
    case config::RouteMatch::Path::kPrefix:  // of path and query, as Envoy compares it
      return StartsWith(head.target(), match.path, match.case_sensitive);
    case config::RouteMatch::Path::kPath:
      return head.path().size() == match.path.size() && StartsWith(head.path(), match.path, match.case_sensitive);
    case config::RouteMatch::Path::kSafeRegex:
      return route.regex->Matches(head.path());
    case config::RouteMatch::Path::kPathSeparatedPrefix:
      return StartsWith(head.path(), match.path, match.case_sensitive) &&
             (head.path().size() == match.path.size() || head.path()[match.path.size()] == '/');
  }
  return false;
}

struct CompiledHost {
  const config::VirtualHost& config;
  std::vector<CompiledRoute> routes;
};

}  // namespace

struct Routes::Compiled {
  std::vector<CompiledHost> hosts;
  std::map<std::string, const CompiledHost*, std::less<>> exact;
  std::vector<std::pair<std::string, const CompiledHost*>> suffixes;  // of "*.example.com", longest first
  std::vector<std::pair<std::string, const CompiledHost*>> prefixes;  // of "example.*", longest first
  const CompiledHost* any = nullptr;
  bool look_at_headers = false;

  const CompiledHost* HostOf(std::string_view authority) const;
};

const CompiledHost* Routes::Compiled::HostOf(std::string_view authority) const {
  if (exact.empty() && suffixes.empty() && prefixes.empty()) return any;
  const std::string host = absl::AsciiStrToLower(Absl(authority));
  if (const auto found = exact.find(host); found != exact.end()) return found->second;
  for (const auto& [suffix, candidate] : suffixes) {
    if (host.size() > suffix.size() && host.ends_with(suffix)) return candidate;
  }
  for (const auto& [prefix, candidate] : prefixes) {
    if (host.size() > prefix.size() && host.starts_with(prefix)) return candidate;
  }
  return any;
}

Routes::~Routes() = default;

Routes::Routes(const config::RouteConfiguration& config) : compiled_(std::make_unique<Compiled>()) {
  compiled_->hosts.reserve(config.virtual_hosts.size());
  for (const config::VirtualHost& host : config.virtual_hosts) {
    CompiledHost& to = compiled_->hosts.emplace_back(CompiledHost{host, {}});
    for (const config::Route& route : host.routes) {
      to.routes.emplace_back(config, host, route);
      compiled_->look_at_headers = compiled_->look_at_headers || !route.match.headers.empty();
    }
    for (const std::string& domain : host.domains) {
      const std::string lowered = absl::AsciiStrToLower(domain);
      if (lowered == "*") {
        compiled_->any = &to;
      } else if (lowered.starts_with('*')) {
        compiled_->suffixes.emplace_back(lowered.substr(1), &to);
      } else if (lowered.ends_with('*')) {
        compiled_->prefixes.emplace_back(lowered.substr(0, lowered.size() - 1), &to);
      } else {
        compiled_->exact.emplace(lowered, &to);
      }
    }
  }
  const auto longest_first = [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); };
  std::stable_sort(compiled_->suffixes.begin(), compiled_->suffixes.end(), longest_first);
  std::stable_sort(compiled_->prefixes.begin(), compiled_->prefixes.end(), longest_first);
}

bool Routes::look_at_headers() const { return compiled_->look_at_headers; }

Routes::Found Routes::Match(const RequestHead& head) const {
  const CompiledHost* const host = compiled_->HostOf(head.authority());
  if (host == nullptr) return {};
  for (const CompiledRoute& route : host->routes) {
    if (!MatchesPath(route, head) || (route.config.match.grpc && !IsGrpcRequest(head))) continue;
    const auto matches = [&](const HeaderMatch& header) { return header.Matches(head); };
    if (!std::all_of(route.headers.begin(), route.headers.end(), matches)) continue;
    const auto matches_query = [&](const QueryMatch& parameter) { return parameter.Matches(head.query()); };
    if (!std::all_of(route.query_parameters.begin(), route.query_parameters.end(), matches_query)) continue;
    const auto unless_empty = [](const HeaderLevels& levels) { return levels.empty() ? nullptr : &levels; };
    return {&host->config, &route.config, unless_empty(route.request_headers), unless_empty(route.response_headers)};
  }
  return {.virtual_host = &host->config};
}

}  // namespace minato::gateway
