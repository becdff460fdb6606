// The folder in which a process keeps what must survive it, and the lock that makes it the only one there.
#pragma once

#include <string>

#include "runtime/status.h"

namespace minato {

// Holds the lock as long as it lives; the system drops it with the process, however that ends.
class DataDir {
 public:
  // Makes the folder when it is missing. FAILED_PRECONDITION, with folder and process id, when another process is in it.
  static StatusOr<DataDir> Open(const std::string& path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  DataDir(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
};

}  // namespace minato
