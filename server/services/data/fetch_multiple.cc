#include "minato/data/v1/data.minato.h"
#include "runtime/scope.h"
#include "server/services/data/env.h"

namespace minato::data {
namespace {

Task<Status> FetchInto(std::string& text, const Sources& sources, std::string name) {
  CO_TRY(text, co_await sources.FetchText(name));
  co_return OkStatus();
}

}  // namespace

Task<StatusOr<v1::FetchMultipleResponse>> FetchMultiple(DataEnv& env, CallContext& call,
                                                        const v1::FetchMultipleRequest& request) {
  v1::FetchMultipleResponse response;
  Scope scope(call.task());
  scope.Spawn(FetchInto(*response.mutable_data1(), env.sources, "data1"));
  scope.Spawn(FetchInto(*response.mutable_data2(), env.sources, "data2"));
  CO_TRY(co_await scope.Join());
  CO_TRY(call.cancel().reason());
  co_return response;
}

}  // namespace minato::data
