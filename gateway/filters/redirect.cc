#include "gateway/filters/redirect.h"

#include <algorithm>

#include <absl/strings/match.h>

namespace minato::gateway {
namespace {

// A port goes where another is put, and where it was the default of a scheme that is another now. Whether the scheme
// changes is told by x-forwarded-proto.
std::string_view HostOf(std::string_view authority, std::string_view new_scheme, std::string_view forwarded_proto,
                        bool has_new_port) {
  const bool is_v6 = authority.starts_with('[');
  size_t end = is_v6 ? authority.rfind("]:") : authority.rfind(':');
  if (end == authority.npos) return authority;
  if (is_v6) ++end;
  const std::string_view port = authority.substr(end);
  const bool was_default = (forwarded_proto == "https" && port == ":443") || (forwarded_proto == "http" && port == ":80");
  const bool removes = has_new_port || (new_scheme != forwarded_proto && was_default);
  return removes ? authority.substr(0, end) : authority;
}

std::string TargetOf(std::string_view target, const config::RedirectAction& action) {
  const bool says_query = action.path_redirect.find('?') != action.path_redirect.npos;
  const size_t query = std::min(target.find('?'), target.size());
  std::string to = action.path_redirect.empty() ? std::string(target.substr(0, query)) : action.path_redirect;
  if (!says_query && !action.strip_query) to += target.substr(query);
  return to.starts_with('/') ? to : "/" + to;
}

}  // namespace

std::optional<std::string> RewrittenTarget(const config::RouteMatch& match, std::string_view prefix_rewrite,
                                           std::string_view target) {
  if (prefix_rewrite.empty()) return std::nullopt;
  size_t replaced = match.path.size();
  if (match.kind == config::RouteMatch::Path::kSafeRegex) {
    replaced = std::min(target.find('?'), target.size());
  } else if (!absl::StartsWithIgnoreCase({target.data(), target.size()}, match.path)) {
    return std::nullopt;
  }
  std::string rewritten(prefix_rewrite);
  rewritten += target.substr(replaced);
  return rewritten;
}

std::string LocationOf(const RequestHead& head, std::string_view scheme, std::string_view forwarded_proto,
                       std::string_view target, const config::RedirectAction& action) {
  std::string location(action.scheme_redirect.empty() ? scheme : action.scheme_redirect);
  const bool has_port = action.port_redirect != 0;
  const std::string_view host = action.host_redirect.empty()
                                    ? HostOf(head.authority(), location, forwarded_proto, has_port)
                                    : action.host_redirect;
  location.append("://").append(host);
  if (has_port) location.append(":").append(std::to_string(action.port_redirect));
  return location.append(TargetOf(target, action));
}

}  // namespace minato::gateway
