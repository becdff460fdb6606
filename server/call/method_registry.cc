#include "server/call/method_registry.h"

#include <algorithm>

#include "runtime/check.h"

namespace minato {

void MethodRegistry::Add(Method method) {
  CHECK(method.serve != nullptr && method.descriptor != nullptr, "{} is incomplete", method.path);
  method.index = in_order_.size();
  auto owned = std::make_unique<Method>(std::move(method));
  const Method& added = *owned;
  const bool inserted = methods_.try_emplace(added.path, std::move(owned)).second;
  CHECK(inserted, "a method is registered twice");
  in_order_.push_back(&added);
  const auto* service = added.descriptor->service();
  if (std::find(services_.begin(), services_.end(), service) == services_.end()) {
    services_.push_back(service);
  }
}

const Method* MethodRegistry::Find(std::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : found->second.get();
}

Task<Status> MethodRegistry::Serve(CallContext& call, MessageStream& stream) const {
  return NextInCall(interceptors_)(call, stream);
}

Task<Status> NextInCall::operator()(CallContext& call, MessageStream& stream) const {
  if (rest_.empty()) return call.method().serve(call.method().env, call, stream);
  return rest_.front()->Intercept(call, stream, NextInCall(rest_.subspan(1)));
}

}  // namespace minato
