// A folder into which files are delivered whole: whoever reads it sees a file complete or not at all.
#pragma once

#include <memory>
#include <string>

#include "runtime/blocking_pool.h"
#include "runtime/task.h"

namespace minato {

// Thread-safe. Outlives the tasks that are in Put.
class Spool {
 public:
  // Makes the folder when it is missing, and clears what a crash left half written. For one process at a time.
  static StatusOr<std::unique_ptr<Spool>> Open(std::string folder);

  // OK once the file would survive the loss of power. It replaces one of the same name, so that a repetition
  // doubles nothing. `name` is a file name, no path.
  Task<Status> Put(std::string name, std::string bytes);

 private:
  static constexpr size_t kThreads = 2;
  static constexpr size_t kWaitingMax = 1024;

  explicit Spool(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
  BlockingPool pool_{"the writers of the spool", kThreads, kWaitingMax};
};

}  // namespace minato
