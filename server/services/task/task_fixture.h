// The task service on a database and a spool of its own, with a clock that the test moves.
#pragma once

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "minato/task/v1/task.minato.h"
#include "runtime/test_loop.h"
#include "server/call/test_call.h"
#include "server/services/task/env.h"
#include "server/services/task/task_store.h"

namespace minato::task {

struct TaskFixture : testing::Test {
  template <typename Reply, typename Request>
  StatusOr<Reply> Call(Task<StatusOr<Reply>> (*handler)(TaskEnv&, CallContext&, const Request&),
                       const Request& request) {
    TestCall call(loop);
    StatusOr<Reply> reply = loop.Run(handler(*env, call, request));
    initial_metadata = call.initial_metadata();
    return reply;
  }

  StatusOr<v1::EnqueueTaskResponse> Enqueue(std::string request_id = "", int fields = 0) {
    v1::EnqueueTaskRequest request;
    auto& payload = *request.mutable_payload();
    for (int i = 0; i < fields; ++i) (*payload.mutable_fields())[std::to_string(i)].set_number_value(i);
    request.set_request_id(std::move(request_id));
    return Call(&EnqueueTask, request);
  }
  StatusOr<v1::Task> Get(int64_t id) {
    v1::GetTaskRequest request;
    request.set_id(id);
    return Call(&GetTask, request);
  }
  size_t CountTasks() {
    v1::ListTasksRequest request;
    request.set_page_size(1000);
    return static_cast<size_t>(Call(&ListTasks, request)->tasks_size());
  }

  // What `work` answers in a transaction of its own.
  template <typename T>
  StatusOr<T> Write(std::function<StatusOr<T>(sqlite::Connection&)> work) {
    return loop.Run(WriteTo<T>(*env->database, std::move(work)));
  }
  template <typename T>
  static Task<StatusOr<T>> WriteTo(sqlite::Database& database, std::function<StatusOr<T>(sqlite::Connection&)> work) {
    co_return co_await database.Write(std::move(work));
  }

  // As a worker does; the claims of one that is never heard of again.
  Claims Claim(size_t limit = 100) {
    return *Write<Claims>(
        [=, this](sqlite::Connection& db) { return ClaimTasks(db, limit, config.workers.lease, clock.Now()); });
  }

  // As after a crash.
  void Reopen() {
    env.reset();
    env = *TaskEnv::Open(config);
  }

  ~TaskFixture() override {
    env.reset();
    std::filesystem::remove_all(folder);
  }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       testing::UnitTest::GetInstance()->current_test_info()->name();
  TaskConfig config = {.database_path = (std::filesystem::create_directories(folder), folder / "task.db"),
                       .spool_folder = folder / "spool"};
  CallContext::Fields initial_metadata;  // of the last call
  ManualClock clock;
  TestLoop loop{clock};
  std::unique_ptr<TaskEnv> env = *TaskEnv::Open(config);
};

inline const CallContext::Fields kAccepted = {{"minato-http-status", "202"}};

}  // namespace minato::task
