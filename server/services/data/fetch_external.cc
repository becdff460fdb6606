#include "minato/data/v1/data.minato.h"
#include "server/services/data/env.h"

namespace minato::data {

Task<StatusOr<google::api::HttpBody>> FetchExternal(DataEnv& env, CallContext& call,
                                                    const v1::FetchExternalRequest& request) {
  CO_TRY(Fetched fetched, co_await env.sources.Fetch("external"));
  google::api::HttpBody body;
  body.set_content_type(std::move(fetched.content_type));
  body.set_data(std::move(fetched.bytes));
  co_return body;
}

}  // namespace minato::data
