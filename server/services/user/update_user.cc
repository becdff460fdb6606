#include "minato/user/v1/user.minato.h"
#include "server/call/error_details.h"
#include "server/services/user/env.h"
#include "server/services/user/user_fields.h"
#include "server/services/user/user_store.h"

namespace minato::user {
namespace {

StatusOr<UserChange> ChangeOf(const v1::UpdateUserRequest& request) {
  UserChange change{request.user()};
  if (!request.has_update_mask() || request.update_mask().paths().empty()) {
    change.name = !request.user().name().empty();
    change.email = !request.user().email().empty();
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "name" || path == "*") change.name = true;
    if (path == "email" || path == "*") change.email = true;
    // Named by clients that send the whole resource back; they say which user and which state of it.
    const bool known = path == "name" || path == "email" || path == "*" || path == "id" || path == "etag";
    if (!known) {
      return BadField("update_mask", fmt::format("\"{}\" cannot be changed; name and email can", path));
    }
  }
  if (!change.name && !change.email) return BadField("update_mask", "names no field that could be changed");
  if (change.name) {
    TRY(CheckName(request.user().name()));
  }
  if (change.email) {
    TRY(CheckEmail(request.user().email()));
  }
  return change;
}

}  // namespace

Task<StatusOr<v1::User>> UpdateUser(UserEnv& env, CallContext& call, const v1::UpdateUserRequest& request) {
  CO_TRY(UserChange change, ChangeOf(request));
  const int64_t id = change.user.id();
  auto update = [change = std::move(change), now = call.home().Now()](sqlite::Connection& db) {
    return UpdateUser(db, change, now);
  };
  StatusOr<v1::User> user = co_await env.database->Write(std::move(update));
  env.cache.Erase(id);
  co_return user;
}

}  // namespace minato::user
