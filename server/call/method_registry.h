// Every method that a server offers, by its path. The same registry is served over gRPC (server/rpc) and
// called directly by the gateway in the same process.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <google/protobuf/descriptor.h>

#include "server/call/call_context.h"
#include "server/call/interceptor.h"
#include "server/call/stream.h"

namespace minato {

enum class MethodKind { kUnary, kServerStream, kClientStream, kBidi };

struct Method {
  // The whole call, from reading the request to the status that the client gets.
  using Serve = Task<Status> (*)(void* env, CallContext& call, MessageStream& stream);

  std::string path;  // "/minato.user.v1.UserService/GetUser"
  MethodKind kind = MethodKind::kUnary;
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  Serve serve = nullptr;
  void* env = nullptr;  // what `serve` is called with; outlives the registry
  size_t index = 0;     // in the registry's methods(); set by Add

  bool client_streams() const { return kind == MethodKind::kClientStream || kind == MethodKind::kBidi; }
  bool server_streams() const { return kind == MethodKind::kServerStream || kind == MethodKind::kBidi; }
};

// Filled at start, then immutable: any thread may look up and call.
class MethodRegistry {
 public:
  MethodRegistry() = default;
  MethodRegistry(const MethodRegistry&) = delete;
  MethodRegistry& operator=(const MethodRegistry&) = delete;

  void Add(Method method);  // CHECKs that the path is new

  // Runs around every call, the first added outermost. Outlives the registry.
  void AddInterceptor(Interceptor& interceptor) { interceptors_.push_back(&interceptor); }

  const Method* Find(std::string_view path) const;  // nullptr when there is none

  // In the order of their registration.
  const std::vector<const Method*>& methods() const { return in_order_; }
  // The services that have a method here, in the order of their registration.
  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const { return services_; }

  // Serves one call of call.method() through the interceptors. Exceptions do not leave it when a Recover
  // interceptor (server/call/recover.h) is there.
  Task<Status> Serve(CallContext& call, MessageStream& stream) const;

 private:
  absl::flat_hash_map<std::string_view, std::unique_ptr<Method>> methods_;  // keys view into the values
  std::vector<const Method*> in_order_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  std::vector<Interceptor*> interceptors_;
};

}  // namespace minato
