#include "gateway/upstream/route_choice.h"

#include <map>

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <re2/re2.h>

namespace minato::gateway {
namespace {

using config::HeaderMatcher;
using config::StringMatcher;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

StatusOr<std::unique_ptr<RE2>> CompileRegex(const std::string& text, const config::Place& place) {
  auto regex = std::make_unique<RE2>(text, RE2::Quiet);
  if (!regex->ok()) {
    return InvalidArgument("{}: line {}: \"{}\" is no regular expression: {}", place.path, place.line, text,
                           regex->error());
  }
  return regex;
}

bool FullMatch(const RE2& regex, std::string_view text) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), regex);
}

// The value of a header or pseudo-header; several of one name are one, joined by commas (RFC 9110, 5.3).
std::optional<std::string> ValueOf(const RequestHead& head, const std::string& name) {
  if (name == ":method") return std::string(head.method());
  if (name == ":path") return std::string(head.target());
  if (name == ":authority" || name == "host") return std::string(head.authority());
  std::optional<std::string> joined;
  head.ForEach([&](std::string_view other, std::string_view value) {
    if (!absl::EqualsIgnoreCase(Absl(other), name)) return;
    if (joined.has_value()) {
      joined->append(",").append(value);
    } else {
      joined = std::string(value);
    }
  });
  return joined;
}

struct CompiledHeader {
  const HeaderMatcher& config;
  std::unique_ptr<RE2> regex;
};

bool Matches(const StringMatcher& matcher, const RE2* regex, std::string_view value) {
  const std::string lowered = matcher.ignore_case ? absl::AsciiStrToLower(Absl(value)) : std::string();
  const std::string text = matcher.ignore_case ? absl::AsciiStrToLower(matcher.text) : matcher.text;
  const std::string_view subject = matcher.ignore_case ? std::string_view(lowered) : value;
  switch (matcher.kind) {
    case StringMatcher::Kind::kExact: return subject == text;
    case StringMatcher::Kind::kPrefix: return subject.starts_with(text);
    case StringMatcher::Kind::kSuffix: return subject.ends_with(text);
    case StringMatcher::Kind::kContains: return subject.find(text) != subject.npos;
    case StringMatcher::Kind::kRegex: return FullMatch(*regex, value);
  }
  return false;
}

bool Matches(const CompiledHeader& header, const RequestHead& head) {
  const std::optional<std::string> value = ValueOf(head, header.config.name);
  bool matches = value.has_value() == header.config.present;
  if (header.config.value.has_value()) {
    if (!value.has_value()) return false;  // Envoy: an absent header matches nothing, inverted or not
    matches = Matches(*header.config.value, header.regex.get(), *value);
  }
  return matches != header.config.invert_match;
}

struct CompiledRoute {
  const config::Route& config;
  std::unique_ptr<RE2> regex;
  std::vector<CompiledHeader> headers;
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
      return FullMatch(*route.regex, head.path());
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

bool IsGrpc(const RequestHead& head) {
  const auto type = head.Find(http::KnownHeader::kContentType);
  constexpr std::string_view kGrpc = "application/grpc";
  return type.has_value() && type->starts_with(kGrpc) && (type->size() == kGrpc.size() || (*type)[kGrpc.size()] == '+');
}

Routes::Routes(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Routes::~Routes() = default;

StatusOr<std::unique_ptr<Routes>> Routes::Compile(const config::RouteConfiguration& config) {
  auto compiled = std::make_unique<Compiled>();
  compiled->hosts.reserve(config.virtual_hosts.size());
  for (const config::VirtualHost& host : config.virtual_hosts) {
    CompiledHost& to = compiled->hosts.emplace_back(CompiledHost{host, {}});
    for (const config::Route& route : host.routes) {
      CompiledRoute& made = to.routes.emplace_back(CompiledRoute{route, nullptr, {}});
      if (route.match.kind == config::RouteMatch::Path::kSafeRegex) {
        TRY(made.regex, CompileRegex(route.match.path, route.place));
      }
      for (const HeaderMatcher& header : route.match.headers) {
        CompiledHeader& of = made.headers.emplace_back(CompiledHeader{header, nullptr});
        if (header.value.has_value() && header.value->kind == StringMatcher::Kind::kRegex) {
          TRY(of.regex, CompileRegex(header.value->text, route.place));
        }
      }
    }
    for (const std::string& domain : host.domains) {
      const std::string lowered = absl::AsciiStrToLower(domain);
      if (lowered == "*") {
        compiled->any = &to;
      } else if (lowered.starts_with('*')) {
        compiled->suffixes.emplace_back(lowered.substr(1), &to);
      } else if (lowered.ends_with('*')) {
        compiled->prefixes.emplace_back(lowered.substr(0, lowered.size() - 1), &to);
      } else {
        compiled->exact.emplace(lowered, &to);
      }
    }
  }
  const auto longest_first = [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); };
  std::stable_sort(compiled->suffixes.begin(), compiled->suffixes.end(), longest_first);
  std::stable_sort(compiled->prefixes.begin(), compiled->prefixes.end(), longest_first);
  return std::unique_ptr<Routes>(new Routes(std::move(compiled)));
}

Routes::Found Routes::Match(const RequestHead& head) const {
  const CompiledHost* const host = compiled_->HostOf(head.authority());
  if (host == nullptr) return {};
  for (const CompiledRoute& route : host->routes) {
    if (!MatchesPath(route, head)) continue;
    bool all = true;
    for (const CompiledHeader& header : route.headers) all = all && Matches(header, head);
    if (all) return {&host->config, &route.config};
  }
  return {&host->config, nullptr};
}

}  // namespace minato::gateway
