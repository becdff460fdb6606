// grpc.reflection v1 and v1alpha: what grpcurl and the gateway ask to learn the contract.
//
//   reflection::Reflection reflection(registry);     the services added later are listed, too
#pragma once

#include <memory>

#include "server/call/method_registry.h"

namespace minato::reflection {

namespace v1 {
struct VersionEnv;
}
namespace v1alpha {
struct VersionEnv;
}

// Both versions as methods of `registry`, whose services they list. Outlives what the registry serves.
class Reflection {
 public:
  explicit Reflection(MethodRegistry& registry);
  Reflection(const Reflection&) = delete;
  Reflection& operator=(const Reflection&) = delete;
  ~Reflection();

 private:
  const std::unique_ptr<v1::VersionEnv> v1_;
  const std::unique_ptr<v1alpha::VersionEnv> v1alpha_;
};

}  // namespace minato::reflection
