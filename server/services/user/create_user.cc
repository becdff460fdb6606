#include "minato/user/v1/user.minato.h"
#include "server/services/standard_fields.h"
#include "server/services/user/env.h"
#include "server/services/user/user_fields.h"
#include "server/services/user/user_store.h"

namespace minato::user {

Task<StatusOr<v1::User>> CreateUser(UserEnv& env, CallContext& call, const v1::CreateUserRequest& request) {
  CO_TRY(CheckName(request.user().name()));
  CO_TRY(CheckEmail(request.user().email()));
  CO_TRY(CheckRequestId(request.request_id()));
  auto insert = [user = request.user(), request_id = request.request_id(),
                 now = call.home().Now()](sqlite::Connection& db) {
    return InsertUser(db, user, request_id, now);
  };
  CO_TRY(v1::User user, co_await env.database->Write(std::move(insert)));
  call.SetHttpStatus(201);
  co_return user;
}

}  // namespace minato::user
