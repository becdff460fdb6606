// What each kind of task does.
#pragma once

#include "server/backends/spool/spool.h"
#include "server/services/task/workers.h"

namespace minato::task {

class TaskRunner final : public Runner {
 public:
  // `spool`, which outlives it, takes the mail, sent in the name of `mail_from`.
  TaskRunner(Spool& spool, std::string mail_from) : spool_(spool), mail_from_(std::move(mail_from)) {}

  Task<StatusOr<std::string>> Run(const ClaimedTask& task) override;

 private:
  Task<StatusOr<std::string>> SendMail(const ClaimedTask& task);

  Spool& spool_;
  const std::string mail_from_;
};

}  // namespace minato::task
