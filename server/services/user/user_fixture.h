// The user service on a database of its own.
#pragma once

#include <filesystem>

#include <gtest/gtest.h>

#include "minato/user/v1/user.minato.h"
#include "runtime/test_loop.h"
#include "server/call/test_call.h"
#include "server/services/user/env.h"

namespace minato::user {

struct UserFixture : testing::Test {
  template <typename Reply, typename Request>
  StatusOr<Reply> Call(Task<StatusOr<Reply>> (*handler)(UserEnv&, CallContext&, const Request&),
                       const Request& request) {
    TestCall call(loop);
    return loop.Run(handler(*env, call, request));
  }

  StatusOr<v1::User> Create(std::string name, std::string email, std::string request_id = "") {
    v1::CreateUserRequest request;
    request.mutable_user()->set_name(std::move(name));
    request.mutable_user()->set_email(std::move(email));
    request.set_request_id(std::move(request_id));
    return Call(&CreateUser, request);
  }
  StatusOr<v1::User> Get(int64_t id) {
    v1::GetUserRequest request;
    request.set_id(id);
    return Call(&GetUser, request);
  }

  ~UserFixture() override { std::filesystem::remove_all(folder); }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       testing::UnitTest::GetInstance()->current_test_info()->name();
  const UserConfig config = {
      .database_path = (std::filesystem::create_directories(folder), folder / "user.db")};
  ManualClock clock;
  TestLoop loop{clock};
  std::unique_ptr<UserEnv> env = *UserEnv::Open(config);
};

}  // namespace minato::user
