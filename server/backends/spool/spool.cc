#include "server/backends/spool/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace minato {
namespace {

constexpr std::string_view kHalfWritten = ".tmp";

Status Failed(std::string_view doing, const std::string& path) {
  return Unavailable("spool: cannot {} {}: {}", doing, path, std::system_category().message(errno));
}

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool IsOpen() const { return fd_ >= 0; }
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }
  bool Sync() { return ::fsync(fd_) == 0; }

 private:
  const int fd_;
};

Status WriteWhole(const std::string& path, std::string_view bytes) {
  File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file.IsOpen()) return Failed("make", path);
  if (!file.Write(bytes) || !file.Sync()) return Failed("write", path);
  return OkStatus();
}

// Until the folder is on disk, so that the file's name is.
Status Deliver(const std::string& folder, const std::string& name, std::string_view bytes) {
  const std::string path = folder + "/" + name;
  const std::string half_written = path + std::string(kHalfWritten);
  TRY(WriteWhole(half_written, bytes));
  if (::rename(half_written.c_str(), path.c_str()) != 0) return Failed("name", path);
  File opened_folder(folder, O_RDONLY | O_DIRECTORY);
  if (!opened_folder.IsOpen() || !opened_folder.Sync()) return Failed("sync", folder);
  return OkStatus();
}

}  // namespace

StatusOr<std::unique_ptr<Spool>> Spool::Open(std::string folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Unavailable("spool {}: {}", folder, error.message());
  fs::directory_iterator files(folder, error);
  for (const fs::directory_iterator end; !error && files != end; files.increment(error)) {
    const fs::path path = files->path();
    if (path.extension() == kHalfWritten) fs::remove(path, error);
  }
  if (error) return Unavailable("spool {}: {}", folder, error.message());
  return std::unique_ptr<Spool>(new Spool(std::move(folder)));
}

Task<Status> Spool::Put(std::string name, std::string bytes) {
  auto deliver = [folder = folder_, name = std::move(name), bytes = std::move(bytes)] {
    return Deliver(folder, name, bytes);
  };
  co_return co_await pool_.Run(std::move(deliver));
}

}  // namespace minato
