#include "minato/data/v1/data.minato.h"
#include "runtime/scope.h"
#include "server/call/error_details.h"
#include "server/services/data/env.h"

namespace minato::data {
namespace {

constexpr int kNamesMax = 100;

Task<void> FetchInto(v1::FetchResult& result, const Sources& sources) {
  StatusOr<std::string> text = co_await sources.FetchText(result.name());
  if (text.ok()) {
    result.set_data(*std::move(text));
  } else {
    result.mutable_error()->set_code(static_cast<int>(text.status().code()));
    result.mutable_error()->set_message(std::string(MessageOf(text.status())));
  }
}

}  // namespace

Task<StatusOr<v1::BatchFetchResponse>> BatchFetch(DataEnv& env, CallContext& call,
                                                  const v1::BatchFetchRequest& request) {
  if (request.names().empty() || request.names_size() > kNamesMax) {
    co_return BadField("names", fmt::format("has {} elements, must have 1 to {}",
                                            request.names_size(), kNamesMax));
  }
  v1::BatchFetchResponse response;
  Scope scope(call.task());
  for (const std::string& name : request.names()) {
    v1::FetchResult& result = *response.add_results();
    result.set_name(name);
    scope.Spawn(FetchInto(result, env.sources));
  }
  CO_TRY(co_await scope.Join());
  CO_TRY(call.cancel().reason());
  co_return response;
}

}  // namespace minato::data
