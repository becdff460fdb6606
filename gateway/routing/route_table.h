#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "gateway/routing/path_template.h"
#include "gateway/routing/routing_options.h"
#include "gateway/transcode/schema.h"
#include "runtime/status.h"

namespace google::api {
class HttpRule;
}
namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace minato::gateway {

struct RouteVariable {
  std::string name;  // "book.id", as in the template.
  FieldPath field;   // Empty if it names no field (RuleChecks::kEnvoy only).
  UnescapeSpec unescape = UnescapeSpec::kAll;
  // Segments [begin, end) of the path, each counted from its start or back from its end.
  uint32_t begin = 0;
  uint32_t end = 0;
  bool begin_from_end = false;
  bool end_from_end = false;
};

// One rule of one method. Lives as long as its RouteTable.
struct Route {
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::string http_method;    // "GET"; "*" serves any.
  std::string path_template;  // As it was written.
  std::string body;           // "" for none, "*" for the whole request, else a dotted field path.
  // "" (RuleChecks::kEnvoy: of "*", too) or a dotted field path. The primary rule's, also in its additional bindings.
  std::string response_body;
  bool is_primary = true;     // Not one of additional_bindings.
  std::string call_path;    // "/pkg.Service/Method", as gRPC names the method
  const MessageTable* request = nullptr;
  const MessageTable* response = nullptr;
  FieldPath body_field;           // Empty for "" and "*".
  FieldPath response_body_field;  // Empty for "".
  bool body_is_http_body = false;      // What `body` names (or the request) is a google.api.HttpBody: it takes bytes as they are.
  FieldPath http_body_field;  // Where that HttpBody is: body_field. RuleChecks::kEnvoy: the primary rule's, also in its additional bindings.
  bool response_is_http_body = false;  // Likewise what `response_body` names, or the response.
  std::vector<RouteVariable> variables;
};

struct RouteMatch {
  enum class Outcome { kFound, kNotFound, kMethodNotAllowed };

  Outcome outcome = Outcome::kNotFound;
  const Route* route = nullptr;
  // For each of route->variables what it covers of the path, still encoded: views into the path.
  absl::InlinedVector<std::string_view, 4> values;
  std::string allow;  // kMethodNotAllowed: for the Allow header, "GET, HEAD, POST".
};

// Finds the route of a request. Immutable: any number of threads may match at once.
//
// Precedence at each segment: literal, "*", "**", with backtracking for each HTTP method. Trailing slashes of the path
// do not count. The text behind a last ':' is a verb if any rule has that verb, and then must match.
class RouteTable {
 public:
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // `path` has no query; its first byte is taken for the '/'. It must outlive the match.
  RouteMatch Match(std::string_view http_method, std::string_view path) const;

  // In the order they were added.
  const std::vector<std::unique_ptr<const Route>>& routes() const { return routes_; }
  const RoutingOptions& options() const { return options_; }
  // What RuleChecks::kEnvoy let pass and whoever wrote the rules wants to know, each naming the method and the rule:
  // rules of one shape, and variables that name no field.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  friend class RouteTableBuilder;
  struct Node;
  struct Entry;
  using Segments = absl::InlinedVector<std::string_view, 16>;
  struct Lookup {
    std::string_view http_method;
    std::string_view verb;
    Segments segments;
  };

  RouteTable();
  const Route* Find(const Lookup& lookup) const;
  const Entry* Find(const Node& node, size_t segment, const Lookup& lookup) const;
  const Entry* FindLiteral(const Node& node, size_t segment, const Lookup& lookup) const;
  void Split(std::string_view path, Lookup& lookup) const;
  std::string AllowedMethods(Lookup lookup) const;

  RoutingOptions options_;
  std::vector<std::unique_ptr<const Route>> routes_;
  std::vector<std::string> warnings_;
  std::vector<Node> nodes_;               // The root is the first.
  std::vector<std::string> verbs_;        // Sorted.
  std::vector<std::string> http_methods_;  // Of all rules but "*", sorted.
};

// Collects rules for a RouteTable. `schema` must outlive builder and table; request and response types are added to it.
//
// Errors are InvalidArgument (AlreadyExists for a conflict) and name the method and the rule:
//   pkg.Library.GetBook: GET "/v1/{name=": path template "/v1/{name=", column 11: a segment is empty
class RouteTableBuilder {
 public:
  RouteTableBuilder(Schema& schema, RoutingOptions options);
  ~RouteTableBuilder();

  // Every method's google.api.http rule, if it has one.
  Status AddService(const google::protobuf::ServiceDescriptor& service);
  Status AddMethod(const google::protobuf::MethodDescriptor& method);
  // A rule from elsewhere, with its additional bindings.
  Status AddRule(const google::protobuf::MethodDescriptor& method, const google::api::HttpRule& rule);

  RouteTable Build() &&;

 private:
  Status AddBinding(const google::protobuf::MethodDescriptor& method, const google::api::HttpRule& rule,
                    const google::api::HttpRule& primary);
  Status ResolveVariables(const PathTemplate& path_template, Route& route);
  Status ResolveBodies(const std::string& primary_body, Route& route) const;
  Status Insert(const PathTemplate& path_template, const Route& route);

  Schema& schema_;
  RouteTable table_;
};

}  // namespace minato::gateway
