#include "minato/data/v1/data.minato.h"
#include "server/services/data/env.h"

namespace minato::data {

Task<StatusOr<v1::FetchDataResponse>> FetchData(DataEnv& env, CallContext& call,
                                                const v1::FetchDataRequest& request) {
  const std::string name = request.name().empty() ? "data" : request.name();
  CO_TRY(std::string text, co_await env.sources.FetchText(name));
  v1::FetchDataResponse response;
  response.set_data(std::move(text));
  co_return response;
}

}  // namespace minato::data
