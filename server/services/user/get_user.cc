#include "minato/user/v1/user.minato.h"
#include "server/services/user/env.h"
#include "server/services/user/user_store.h"

namespace minato::user {

Task<StatusOr<v1::User>> GetUser(UserEnv& env, CallContext& call, const v1::GetUserRequest& request) {
  const int64_t id = request.id();
  if (const auto cached = env.cache.Find(id, call.home().Now())) co_return **cached;

  const auto ticket = env.cache.BeginFill(id);
  CO_TRY(v1::User user,
         co_await env.database->Read([id](sqlite::Connection& db) { return FindUser(db, id); }));
  env.cache.Fill(id, std::make_shared<const v1::User>(user), ticket, call.home().Now());
  co_return user;
}

}  // namespace minato::user
