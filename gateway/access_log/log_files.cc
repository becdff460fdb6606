#include "gateway/access_log/log_files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "telemetry/log.h"

namespace minato::gateway {
namespace {

// A pipe that poll says is ready takes so much without waiting (PIPE_BUF).
constexpr size_t kPipeBytes = 4096;

bool SameFile(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

}  // namespace

class LogFiles::File final : public LogFile {
 public:
  File(LogFiles& owner, int fd, const struct stat& status, std::string name)
      : owner_(owner), fd_(fd), status_(status), name_(std::move(name)) {}
  ~File() override { ::close(fd_); }

  bool IsSame(const struct stat& other) const { return SameFile(status_, other); }
  // What its users hold. Under the owner's mutex.
  std::weak_ptr<LogFile> handle;

  void Append(std::string_view line) override {
    std::unique_lock lock(mutex_);
    const bool first = lines_.empty();
    const bool fits = lines_.size() + line.size() <= owner_.options_.waiting_bytes_max;
    if (fits) {
      lines_ += line;
      ++waiting_;
    }
    lock.unlock();
    if (!fits) return Dropped(1, "they are not written fast enough");
    if (first) owner_.Wake();
  }

  // Writes what waits, as far as that needs no waiting: whether all is written. One thread.
  bool Write() {
    if (!WriteTaken()) return false;
    TakeLines();
    return WriteTaken();
  }

  // What waits is not written any more.
  void Abandon() {
    Drop("nobody reads them");
    TakeLines();
    Drop("nobody reads them");
  }

 private:
  bool WriteTaken() {
    while (written_ < writing_.size()) {
      size_t bytes = writing_.size() - written_;
      if (!S_ISREG(status_.st_mode)) {
        pollfd ready = {.fd = fd_, .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, 0) == 0) return false;
        bytes = std::min(bytes, kPipeBytes);
      }
      const ssize_t done = ::write(fd_, writing_.data() + written_, bytes);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0 && errno == EAGAIN) return false;
      if (done < 0) {
        Drop(std::strerror(errno));
        return true;
      }
      written_ += static_cast<size_t>(done);
    }
    if (!writing_.empty()) {
      owner_.lines_written_.Add(lines_in_writing_);
      told_ = false;
    }
    writing_.clear();
    written_ = 0;
    return true;
  }

  // After WriteTaken has written all or dropped it.
  void TakeLines() {
    const std::lock_guard lock(mutex_);
    writing_.swap(lines_);
    lines_in_writing_ = std::exchange(waiting_, 0);
    written_ = 0;
  }

  void Drop(std::string_view why) {
    if (!writing_.empty()) Dropped(lines_in_writing_, why);
    writing_.clear();
    written_ = 0;
  }

  void Dropped(int64_t lines, std::string_view why) {
    owner_.lines_dropped_.Add(lines);
    if (!told_.exchange(true)) Log::Warning("access log {}: lines are lost, {}", name_, why);
  }

  LogFiles& owner_;
  const int fd_;
  const struct stat status_;
  const std::string name_;

  std::mutex mutex_;
  std::string lines_;
  int64_t waiting_ = 0;  // how many they are

  // The writing thread's.
  std::string writing_;
  size_t written_ = 0;
  int64_t lines_in_writing_ = 0;

  std::atomic<bool> told_ = false;
};

LogFiles::LogFiles(LogFilesOptions options) : options_(options), writer_([this] { WriteRegularly(); }) {}

LogFiles::~LogFiles() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  writer_.join();
}

void LogFiles::Register(MetricsRegistry& registry) const {
  registry.Add("access_log.lines_written", lines_written_);
  registry.Add("access_log.lines_dropped", lines_dropped_);
}

StatusOr<std::shared_ptr<LogFile>> LogFiles::Open(const std::string& path) {
  // Without O_NONBLOCK a FIFO that nobody reads would hold up the start.
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
  if (fd < 0) return Unavailable("unable to open file '{}': {}", path, std::strerror(errno));
  struct stat opened = {};
  ::fstat(fd, &opened);
  // What the process prints there itself and what is logged have one position.
  for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status = {};
    if (::fstat(standard, &status) != 0 || !SameFile(status, opened)) continue;
    ::close(fd);
    return Share(::fcntl(standard, F_DUPFD_CLOEXEC, 0), path);
  }
  return Share(fd, path);
}

std::shared_ptr<LogFile> LogFiles::StandardOutput() {
  return Share(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), "on stdout");
}

std::shared_ptr<LogFile> LogFiles::StandardError() {
  return Share(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0), "on stderr");
}

std::shared_ptr<LogFile> LogFiles::Share(int fd, std::string name) {
  struct stat status = {};
  ::fstat(fd, &status);
  const std::lock_guard lock(mutex_);
  auto file = std::find_if(files_.begin(), files_.end(), [&](const auto& one) { return one->IsSame(status); });
  if (file != files_.end()) {
    ::close(fd);
  } else {
    file = files_.insert(files_.end(), std::make_shared<File>(*this, fd, status, std::move(name)));
  }
  std::shared_ptr<LogFile> handle = (*file)->handle.lock();
  if (handle == nullptr) {
    handle = std::shared_ptr<LogFile>(file->get(), [this](LogFile*) { Wake(); });
    (*file)->handle = handle;
  }
  return handle;
}

void LogFiles::Wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(to_do_, true)) return;
  }
  changed_.notify_one();
}

bool LogFiles::WriteAll() {
  std::vector<std::shared_ptr<File>> files;
  std::vector<std::shared_ptr<File>> unused;
  {
    const std::lock_guard lock(mutex_);
    to_do_ = false;
    files = files_;
    std::copy_if(files.begin(), files.end(), std::back_inserter(unused),
                 [](const auto& file) { return file->handle.expired(); });
  }
  bool all = true;
  for (const std::shared_ptr<File>& file : files) {
    const bool written = file->Write();
    all = all && written;
    if (!written) std::erase(unused, file);
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(files_, [&](const std::shared_ptr<File>& file) {
    return file->handle.expired() && std::find(unused.begin(), unused.end(), file) != unused.end();
  });
  return all;
}

void LogFiles::WriteRegularly() {
  // A pipe without a reader is an error of its write, here.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);

  std::unique_lock lock(mutex_);
  const std::chrono::nanoseconds delay(absl::ToInt64Nanoseconds(options_.write_delay));
  bool all = true;
  while (!ending_) {
    changed_.wait(lock, [&] { return ending_ || to_do_ || !all; });
    changed_.wait_for(lock, delay, [this] { return ending_; });
    lock.unlock();
    all = WriteAll();
    lock.lock();
  }
  lock.unlock();
  const absl::Time deadline = absl::Now() + options_.end_patience;
  while (!WriteAll()) {
    if (absl::Now() < deadline) {
      std::this_thread::sleep_for(delay);
      continue;
    }
    for (const std::shared_ptr<File>& file : files_) file->Abandon();
  }
}

}  // namespace minato::gateway
