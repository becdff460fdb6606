// Lines of rules, an empty line, lines of requests. A template is parsed or refused with a column; a path that is made
// from a template leads to it; a table finds what a search without a tree finds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/path_template.h"
#include "gateway/routing/route_table.h"
#include "gateway/routing/test_table.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

using Outcome = RouteMatch::Outcome;
using Segment = PathTemplate::Segment;
using SegmentKind = PathTemplate::SegmentKind;

constexpr size_t kLinesMax = 24;
constexpr std::string_view kBody = " body=";  // AddTestRule takes what follows for the rule's body

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Schema& Types() {
  static Schema schema;
  return schema;
}

// What each segment of a template stands for in one path: nothing or several only for "**".
std::vector<std::string> Fill(const PathTemplate& path_template, size_t double_star_segments) {
  std::vector<std::string> filled;
  for (size_t i = 0; i < path_template.segments.size(); ++i) {
    const Segment& segment = path_template.segments[i];
    switch (segment.kind) {
      case SegmentKind::kLiteral: filled.push_back(segment.literal); break;
      case SegmentKind::kStar: filled.push_back(fmt::format("s{}", i)); break;
      case SegmentKind::kDoubleStar: {
        const bool is_last = i + 1 == path_template.segments.size();
        const size_t size = is_last ? double_star_segments : std::max<size_t>(1, double_star_segments);
        filled.push_back(fmt::format("{}", fmt::join(std::vector<std::string_view>(size, "d"), "/")));
        break;
      }
    }
  }
  return filled;
}

std::string Join(std::span<const std::string> segments) {
  std::string joined;
  for (const std::string& segment : segments) {
    if (!segment.empty()) joined += (joined.empty() ? "" : "/") + segment;
  }
  return joined;
}

void MatchesItsOwnPaths(const PathTemplate& path_template, std::string_view text, const RoutingOptions& options) {
  RouteTableBuilder builder(Types(), options);
  if (const Status added = AddTestRule(builder, fmt::format("GET {}", text)); !added.ok()) {
    CHECK(!MessageOf(added).empty());
    return;
  }
  const RouteTable table = std::move(builder).Build();
  const auto is_double_star = [](const Segment& segment) { return segment.kind == SegmentKind::kDoubleStar; };
  const auto& segments = path_template.segments;
  const size_t double_star = std::find_if(segments.begin(), segments.end(), is_double_star) - segments.begin();
  for (const size_t count : {0, 1, 3}) {
    const std::vector<std::string> filled = Fill(path_template, count);
    const std::string path = "/" + Join(filled) + (path_template.verb.empty() ? "" : ":" + path_template.verb);
    const RouteMatch match = table.Match("GET", path);
    CHECK(match.outcome == Outcome::kFound, "{} does not match {}", text, path);
    CHECK(match.values.size() == path_template.variables.size());
    for (size_t i = 0; i < match.values.size(); ++i) {
      const PathTemplate::Variable& variable = path_template.variables[i];
      // Envoy binds other segments behind "**".
      if (variable.begin > double_star && options.rule_checks == RuleChecks::kEnvoy) continue;
      const std::string expected = Join(std::span(filled).subspan(variable.begin, variable.end - variable.begin));
      CHECK(match.values[i] == expected, "{} in {}: {}, not {}", text, path, match.values[i], expected);
    }
  }
}

bool Matches(std::span<const Segment> segments, std::span<const std::string_view> path) {
  if (segments.empty()) return path.empty();
  const std::span<const Segment> rest = segments.subspan(1);
  const Segment& segment = segments.front();
  if (segment.kind != SegmentKind::kDoubleStar) {
    const bool fits = !path.empty() && (segment.kind == SegmentKind::kStar || path.front() == segment.literal);
    return fits && Matches(rest, path.subspan(1));
  }
  if (path.empty()) return rest.empty();
  for (size_t taken = 1; taken <= path.size(); ++taken) {
    if (Matches(rest, path.subspan(taken))) return true;
  }
  return false;
}

// A route table without a tree, for RuleChecks::kStrict.
class Search {
 public:
  explicit Search(const RouteTable& table) {
    for (const auto& route : table.routes()) {
      rules_.push_back({route->http_method, *PathTemplate::Parse(route->path_template)});
    }
  }

  Outcome Find(std::string_view http_method, std::string_view path) const {
    std::string_view verb;
    const size_t colon = path.rfind(':');
    if (colon != path.npos && path.find('/', colon) == path.npos && IsVerb(path.substr(colon + 1))) {
      verb = path.substr(colon + 1);
      path = path.substr(0, colon);
    }
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    std::vector<std::string_view> segments;
    if (path.size() > 1) segments = Split(path.substr(1), '/');
    Outcome outcome = Outcome::kNotFound;
    for (const Rule& rule : rules_) {
      const bool any_method = rule.http_method == "*";
      if ((!any_method && rule.path_template.verb != verb) || !Matches(rule.path_template.segments, segments)) continue;
      if (any_method || rule.http_method == http_method || (http_method == "HEAD" && rule.http_method == "GET")) {
        return Outcome::kFound;
      }
      outcome = Outcome::kMethodNotAllowed;
    }
    return outcome;
  }

 private:
  struct Rule {
    std::string http_method;
    PathTemplate path_template;
  };

  bool IsVerb(std::string_view text) const {
    return !text.empty() && std::any_of(rules_.begin(), rules_.end(),
                                        [&](const Rule& rule) { return rule.path_template.verb == text; });
  }

  std::vector<Rule> rules_;
};

void ParseTemplate(std::string_view text) {
  text = text.substr(0, text.find(kBody));
  const StatusOr<PathTemplate> parsed = PathTemplate::Parse(text);
  if (!parsed.ok()) {
    CHECK(MessageOf(parsed.status()).find("column") != std::string_view::npos);
    return;
  }
  const StatusOr<PathTemplate> shape = PathTemplate::Parse(parsed->Shape());
  CHECK(shape.ok() && shape->segments == parsed->segments && shape->verb == parsed->verb, "{}", text);
  MatchesItsOwnPaths(*parsed, text, RoutingOptions());
  MatchesItsOwnPaths(*parsed, text, RoutingOptions::Envoy());
}

RouteTable Build(std::span<const std::string_view> rules, RoutingOptions options) {
  RouteTableBuilder builder(Types(), std::move(options));
  for (const std::string_view rule : rules) {
    const Status added = AddTestRule(builder, rule);
    CHECK(added.ok() || !MessageOf(added).empty());
  }
  return std::move(builder).Build();
}

void Run(std::string_view input) {
  std::vector<std::string_view> lines = Split(input, '\n');
  lines.resize(std::min(lines.size(), kLinesMax));
  const auto middle = std::find(lines.begin(), lines.end(), "");
  const std::span<const std::string_view> rules(lines.begin(), middle);
  for (const std::string_view rule : rules) {
    const size_t space = rule.find(' ');
    ParseTemplate(rule.substr(space == rule.npos ? 0 : space + 1));
  }
  RoutingOptions any_verb = RoutingOptions::Envoy();
  any_verb.match_unregistered_custom_verb = true;
  const RouteTable strict = Build(rules, RoutingOptions());
  const RouteTable envoy = Build(rules, RoutingOptions::Envoy());
  const RouteTable verbs = Build(rules, std::move(any_verb));
  const Search search(strict);
  for (auto line = middle; line != lines.end(); ++line) {
    const size_t space = std::min(line->find(' '), line->size());
    const std::string_view http_method = line->substr(0, space);
    const std::string_view path = line->substr(std::min(space + 1, line->size()));
    for (const RouteTable* table : {&strict, &envoy, &verbs}) {
      const RouteMatch match = table->Match(http_method, path);
      CHECK((match.outcome == Outcome::kFound) == (match.route != nullptr));
      CHECK((match.outcome == Outcome::kMethodNotAllowed) == !match.allow.empty());
      size_t bytes = 0;
      for (const std::string_view value : match.values) bytes = std::max(bytes, value.size());
      CHECK(bytes <= path.size());
    }
    if (!path.starts_with('/')) continue;
    CHECK(strict.Match(http_method, path).outcome == search.Find(http_method, path), "{} {}", http_method, path);
  }
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
