#include "gateway/routing/route_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "gateway/routing/route_table_node.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kAnyMethod = "*";

// Cheaper than comparing bytes first: segments of different length are most of what is compared.
bool IsBefore(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::memcmp(a.data(), b.data(), a.size()) < 0;
}

std::string_view Covered(const RouteVariable& variable, const absl::InlinedVector<std::string_view, 16>& segments) {
  const size_t begin = variable.begin_from_end ? segments.size() - variable.begin : variable.begin;
  const size_t end = variable.end_from_end ? segments.size() - variable.end : variable.end;
  if (begin >= end) return {};
  const char* first = segments[begin].data();
  return {first, static_cast<size_t>(segments[end - 1].data() + segments[end - 1].size() - first)};
}

}  // namespace

const RouteTable::Entry* RouteTable::Node::FindEntry(std::string_view http_method, std::string_view verb) const {
  const Entry* any = nullptr;
  for (const Entry& entry : entries) {
    if (entry.http_method == http_method && entry.verb == verb) return &entry;
    if (entry.http_method == kAnyMethod && entry.verb.empty()) any = &entry;
  }
  return any;
}

std::vector<RouteTable::Node::Literal>::iterator RouteTable::Node::LowerBound(std::string_view text) {
  return std::lower_bound(literals.begin(), literals.end(), text,
                          [](const Literal& literal, std::string_view t) { return IsBefore(literal.text, t); });
}

uint32_t RouteTable::Node::FindChild(std::string_view text) const {
  size_t low = 0;
  size_t high = literals.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const std::string& candidate = literals[middle].text;
    if (candidate.size() == text.size()) {
      const int order = std::memcmp(candidate.data(), text.data(), text.size());
      if (order == 0) return literals[middle].child;
      order < 0 ? low = middle + 1 : high = middle;
    } else {
      candidate.size() < text.size() ? low = middle + 1 : high = middle;
    }
  }
  return 0;
}

RouteTable::RouteTable() : nodes_(1) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

RouteMatch RouteTable::Match(std::string_view http_method, std::string_view path) const {
  RouteMatch match;
  Lookup lookup;
  lookup.http_method = http_method;
  Split(path, lookup);
  match.route = Find(lookup);
  if (match.route == nullptr && options_.head_served_as_get && http_method == "HEAD") {
    lookup.http_method = "GET";
    match.route = Find(lookup);
    lookup.http_method = http_method;
  }
  if (match.route == nullptr) {
    match.allow = AllowedMethods(std::move(lookup));
    if (!match.allow.empty()) match.outcome = RouteMatch::Outcome::kMethodNotAllowed;
    return match;
  }
  match.outcome = RouteMatch::Outcome::kFound;
  for (const RouteVariable& variable : match.route->variables) {
    match.values.push_back(Covered(variable, lookup.segments));
  }
  return match;
}

const Route* RouteTable::Find(const Lookup& lookup) const {
  const Entry* entry = Find(nodes_.front(), 0, lookup);
  return entry == nullptr || entry->is_duplicate ? nullptr : entry->route;
}

// Recurses once a segment of a template, never once a segment of the path: "**" takes its segments in the loop.
const RouteTable::Entry* RouteTable::Find(const Node& node, size_t segment, const Lookup& lookup) const {
  for (; segment < lookup.segments.size(); ++segment) {
    if (const Entry* entry = FindLiteral(node, segment, lookup)) return entry;
    if (!node.is_double_star) break;
  }
  if (segment == lookup.segments.size()) {
    const Entry* entry = node.FindEntry(lookup.http_method, lookup.verb);
    // "**" covers no segment, too.
    if (entry == nullptr && node.double_star != 0) {
      entry = nodes_[node.double_star].FindEntry(lookup.http_method, lookup.verb);
    }
    return entry;
  }
  for (const uint32_t child : {node.star, node.double_star}) {
    if (child == 0) continue;
    if (const Entry* entry = Find(nodes_[child], segment + 1, lookup)) return entry;
  }
  return nullptr;
}

const RouteTable::Entry* RouteTable::FindLiteral(const Node& node, size_t segment, const Lookup& lookup) const {
  uint32_t child = node.FindChild(lookup.segments[segment]);
  // As in Envoy, where the wildcard stands among the literals.
  if (child == 0 && lookup.segments[segment] == "**") child = node.double_star;
  return child == 0 ? nullptr : Find(nodes_[child], segment + 1, lookup);
}

void RouteTable::Split(std::string_view path, Lookup& lookup) const {
  if (!verbs_.empty() || options_.match_unregistered_custom_verb) {
    const size_t last = path.find_last_of(":/");
    if (last != std::string_view::npos && path[last] == ':' && path.find('/') < last) {
      const std::string_view verb = path.substr(last + 1);
      if (options_.match_unregistered_custom_verb || std::binary_search(verbs_.begin(), verbs_.end(), verb)) {
        lookup.verb = verb;
        path = path.substr(0, last);
      }
    }
  }
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path.size() <= 1) return;
  path.remove_prefix(1);
  while (true) {
    const size_t slash = path.find('/');
    lookup.segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return;
    path.remove_prefix(slash + 1);
  }
}

std::string RouteTable::AllowedMethods(Lookup lookup) const {
  std::vector<std::string_view> allowed;
  for (const std::string& http_method : http_methods_) {
    lookup.http_method = http_method;
    if (Find(lookup) == nullptr) continue;
    allowed.push_back(http_method);
    if (http_method == "GET" && options_.head_served_as_get) allowed.push_back("HEAD");
  }
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  return fmt::format("{}", fmt::join(allowed, ", "));
}

}  // namespace minato::gateway
