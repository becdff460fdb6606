#include "minato/user/v1/user.minato.h"
#include "server/services/standard_fields.h"
#include "server/services/user/env.h"
#include "server/services/user/user_store.h"

namespace minato::user {

Task<StatusOr<v1::ListUsersResponse>> ListUsers(UserEnv& env, CallContext&,
                                                const v1::ListUsersRequest& request) {
  CO_TRY(const int64_t size, PageSize(request.page_size()));
  CO_TRY(const int64_t after, ParsePageToken("users", request.page_token(), 0));
  // One more than asked for tells whether there is a further page.
  auto list = [after, size](sqlite::Connection& db) { return ListUsers(db, after, size + 1); };
  CO_TRY(std::vector<v1::User> users, co_await env.database->Read(std::move(list)));

  v1::ListUsersResponse response;
  const bool more = users.size() > static_cast<size_t>(size);
  if (more) users.pop_back();
  for (v1::User& user : users) *response.add_users() = std::move(user);
  if (more) response.set_next_page_token(MakePageToken("users", response.users().rbegin()->id()));
  co_return response;
}

}  // namespace minato::user
