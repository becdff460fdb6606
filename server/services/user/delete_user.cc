#include "minato/user/v1/user.minato.h"
#include "server/services/user/env.h"
#include "server/services/user/user_store.h"

namespace minato::user {

Task<StatusOr<google::protobuf::Empty>> DeleteUser(UserEnv& env, CallContext&,
                                                   const v1::DeleteUserRequest& request) {
  auto remove = [id = request.id(), etag = request.etag()](sqlite::Connection& db) {
    return DeleteUser(db, id, etag);
  };
  const Status removed = co_await env.database->Write(std::move(remove));
  env.cache.Erase(request.id());
  CO_TRY(removed);
  co_return google::protobuf::Empty();
}

}  // namespace minato::user
