// The files that access logs are written to. Requests append lines to a bounded buffer; a thread writes them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <absl/time/time.h>

#include "runtime/status.h"
#include "telemetry/metrics.h"

namespace minato::gateway {

struct LogFilesOptions {
  size_t waiting_bytes_max = 4 << 20;  // of one file; lines beyond are dropped
  absl::Duration write_delay = absl::Milliseconds(20);  // in which lines gather, to be written together
  absl::Duration end_patience = absl::Seconds(1);  // at the end, for a pipe that nobody reads
};

// Where lines go. Any thread.
class LogFile {
 public:
  virtual ~LogFile() = default;

  // `line` with its end. Never waits for the file. A line for which there is no room is dropped, and counted.
  virtual void Append(std::string_view line) = 0;
};

// A disk that is full, or a pipe that nobody reads, never holds anybody up: what cannot be written is dropped, counted,
// and told in the log once until it goes well again.
class LogFiles {
 public:
  explicit LogFiles(LogFilesOptions options = {});
  // Writes what waits. No file is appended to any more.
  ~LogFiles();

  void Register(MetricsRegistry& registry) const;  // access_log.lines_written, access_log.lines_dropped

  // Is created if it is not there. UNAVAILABLE with the name and what is wrong. The file that is open already, if that
  // is where the path still leads: after a rotation it is another one. A file is written to its end and closed when
  // nobody holds it any more; that must be before these files go.
  StatusOr<std::shared_ptr<LogFile>> Open(const std::string& path);
  std::shared_ptr<LogFile> StandardOutput();
  std::shared_ptr<LogFile> StandardError();

 private:
  class File;

  std::shared_ptr<LogFile> Share(int fd, std::string name);
  void Wake();
  void WriteRegularly();
  // As far as that needs no waiting: whether all is written. Closes what nobody holds.
  bool WriteAll();

  const LogFilesOptions options_;
  Counter lines_written_;
  Counter lines_dropped_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<File>> files_;
  bool to_do_ = false;
  bool ending_ = false;
  std::thread writer_;
};

}  // namespace minato::gateway
