// What the handlers of minato.task.v1.TaskService may touch.
#pragma once

#include <memory>

#include "server/backends/spool/spool.h"
#include "server/backends/sqlite/database.h"
#include "server/services/task/task_runner.h"
#include "server/services/task/workers.h"

namespace minato::task {

struct TaskConfig {
  std::string database_path;
  std::string spool_folder;
  std::string mail_from = "noreply@minato.invalid";
  int32_t attempts_max = 5;          // of each task
  int64_t unfinished_max = 100'000;  // tasks that wait or run; more are refused
  WorkersConfig workers = {};
};

// Thread-safe: the calls of all executors share one.
struct TaskEnv {
  // Opens database and spool, or says what is wrong with them. Tasks run once `workers` do.
  static StatusOr<std::unique_ptr<TaskEnv>> Open(const TaskConfig& config);

  TaskEnv(const TaskConfig& config, std::unique_ptr<sqlite::Database> database, std::unique_ptr<Spool> spool)
      : config(config), database(std::move(database)), spool(std::move(spool)) {}

  const TaskConfig config;
  const std::unique_ptr<sqlite::Database> database;
  const std::unique_ptr<Spool> spool;
  TaskRunner runner{*spool, config.mail_from};
  TaskWorkers workers{config.workers, *database, runner};
};

}  // namespace minato::task
