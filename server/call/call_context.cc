#include "server/call/call_context.h"

#include "runtime/check.h"

namespace minato {

void CallContext::AddInitialMetadata(std::string key, std::string value) {
  initial_metadata_.emplace_back(std::move(key), std::move(value));
}

void CallContext::AddTrailingMetadata(std::string key, std::string value) {
  trailing_metadata_.emplace_back(std::move(key), std::move(value));
}

void CallContext::SetHttpStatus(int status) {
  CHECK(status >= 200 && status <= 299, "{} is no status of a successful answer", status);
  AddInitialMetadata("minato-http-status", std::to_string(status));
}

}  // namespace minato
