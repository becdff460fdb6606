#include "gateway/access_log/log_files.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minato::gateway {
namespace {

std::string Path(std::string_view name) { return std::string(::testing::TempDir()).append("/").append(name); }

std::string Content(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

// A pipe of which this test has the end that is read.
struct Pipe {
  explicit Pipe(std::string_view name) : path(Path(name)) {
    ::unlink(path.c_str());
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  }
  ~Pipe() { ::close(reader); }
  // At least `bytes`, as they come; less if they do not come in 10 s.
  std::string Read(size_t bytes) const {
    std::string read;
    char buffer[4096];
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (read.size() < bytes && absl::Now() < deadline) {
      const ssize_t got = ::read(reader, buffer, sizeof(buffer));
      if (got > 0) read.append(buffer, static_cast<size_t>(got));
    }
    return read;
  }

  const std::string path;
  int reader;
};

int64_t Count(const LogFiles& files, std::string_view name) {
  MetricsRegistry registry;
  files.Register(registry);
  const std::string json = registry.ToJson();
  return std::atoll(json.c_str() + json.find(name) + name.size() + 2);
}

TEST(LogFiles, WritesAllLinesBehindWhatIsThere) {
  const std::string path = Path("behind.log");
  std::ofstream(path) << "before\n";
  {
    LogFiles files;
    const std::shared_ptr<LogFile> file = files.Open(path).value();
    for (int i = 0; i < 3; ++i) file->Append("line\n");
  }
  EXPECT_EQ(Content(path), "before\nline\nline\nline\n");
}

TEST(LogFiles, SaysWhichFileItCannotOpen) {
  LogFiles files;
  const std::string path = Path("nowhere/x.log");
  EXPECT_EQ(MessageOf(files.Open(path).status()), "unable to open file '" + path + "': No such file or directory");
}

TEST(LogFiles, SharesAFileUntilItIsAnotherOne) {
  const std::string path = Path("shared.log");
  LogFiles files;
  const std::shared_ptr<LogFile> first = files.Open(path).value();
  EXPECT_EQ(files.Open(path).value(), first);
  ASSERT_EQ(::rename(path.c_str(), Path("rotated.log").c_str()), 0);
  EXPECT_NE(files.Open(path).value(), first);
}

TEST(LogFiles, WritesALineWhoseFileNobodyHoldsAnyMore) {
  Pipe pipe("released");
  LogFiles files;
  files.Open(pipe.path).value()->Append("last\n");
  EXPECT_EQ(pipe.Read(5), "last\n");
}

TEST(LogFiles, DropsAndCountsWhatDoesNotFit) {
  Pipe pipe("full");
  {
    LogFiles files({.waiting_bytes_max = 1 << 20, .end_patience = absl::ZeroDuration()});
    const std::shared_ptr<LogFile> file = files.Open(pipe.path).value();
    const std::string line(1 << 18, 'x');
    for (int i = 0; i < 64; ++i) file->Append(line);  // of which the pipe takes a part of one
    EXPECT_GE(Count(files, "access_log.lines_dropped"), 64 - 8);
    EXPECT_EQ(Count(files, "access_log.lines_written"), 0);
  }
}

TEST(LogFiles, WritesWhatCameWhileAPipeWasFull) {
  Pipe pipe("slow");
  LogFiles files({.write_delay = absl::Milliseconds(1)});
  const std::shared_ptr<LogFile> file = files.Open(pipe.path).value();
  const std::string line(1 << 18, 'x');  // more than it takes at once
  file->Append(line);
  int held = 0;
  while (held == 0) ASSERT_EQ(::ioctl(pipe.reader, FIONREAD, &held), 0);
  file->Append("behind\n");
  EXPECT_EQ(pipe.Read(line.size() + 7), line + "behind\n");
}

TEST(LogFiles, GoesOnWithoutAReaderOfItsPipe) {
  LogFiles files;
  {
    Pipe pipe("gone");
    const std::shared_ptr<LogFile> file = files.Open(pipe.path).value();
    ::close(std::exchange(pipe.reader, -1));
    file->Append("lost\n");
    while (Count(files, "access_log.lines_dropped") == 0) ::usleep(1000);
  }
  Pipe other("other");
  const std::shared_ptr<LogFile> file = files.Open(other.path).value();
  file->Append("there\n");
  EXPECT_EQ(other.Read(6), "there\n");
}

}  // namespace
}  // namespace minato::gateway
