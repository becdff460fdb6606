#include "server/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

namespace minato {
namespace {

std::string SystemError() { return std::system_category().message(errno); }

}  // namespace

StatusOr<DataDir> DataDir::Open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Unavailable("data folder {}: {}", path, error.message());
  const std::string lock_path = path + "/LOCK";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return Unavailable("data folder {}: cannot open LOCK: {}", path, SystemError());
  DataDir dir(path, fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const ssize_t size = ::read(fd, holder, sizeof(holder) - 1);
    std::string pid(holder, size > 0 ? static_cast<size_t>(size) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return FailedPrecondition("data folder {} is in use by process {}: choose another with --data_dir", path,
                              pid.empty() ? "unknown" : pid);
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::write(fd, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size())) {
    return Unavailable("data folder {}: cannot write LOCK: {}", path, SystemError());
  }
  return dir;
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

DataDir::~DataDir() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace minato
