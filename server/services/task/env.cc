#include "server/services/task/env.h"

#include "server/services/email_address.h"
#include "server/services/task/task_store.h"

namespace minato::task {
StatusOr<std::unique_ptr<TaskEnv>> TaskEnv::Open(const TaskConfig& config) {
  if (!IsEmailAddress(config.mail_from)) {
    return InvalidArgument("--mail_from: \"{}\" is no mail address such as noreply@example.com", config.mail_from);
  }
  TRY(std::unique_ptr<sqlite::Database> database,
      sqlite::Database::Open({.path = config.database_path}, Migrations()));
  TRY(std::unique_ptr<Spool> spool, Spool::Open(config.spool_folder));
  return std::make_unique<TaskEnv>(config, std::move(database), std::move(spool));
}

}  // namespace minato::task
