#include "telemetry/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace minato {
namespace {

// Standard error is a pipe as long as it lives.
class StderrPipe {
 public:
  StderrPipe() : stderr_(::dup(STDERR_FILENO)) {
    EXPECT_EQ(::pipe(ends_), 0);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
  }
  ~StderrPipe() {
    ::dup2(stderr_, STDERR_FILENO);
    ::close(stderr_);
    ::close(ends_[0]);
  }

  // What is written next, once something is.
  std::string Read() {
    std::string bytes(1 << 20, '\0');
    const ssize_t size = ::read(ends_[0], bytes.data(), bytes.size());
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    return bytes;
  }
  bool IsEmpty() {
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    const bool empty = Read().empty();
    ::fcntl(ends_[0], F_SETFL, 0);
    return empty;
  }

 private:
  const int stderr_;
  int ends_[2];
};

TEST(Log, ALineHasTimeLevelAndText) {
  StderrPipe err;
  Log::Warning("{} of {}", 1, 2);
  const std::string line = err.Read();
  EXPECT_EQ(line.find("T"), 10) << line;
  EXPECT_TRUE(line.ends_with(" warning 1 of 2\n")) << line;
}

TEST(Log, AnInfoLineIsWrittenSoonByItself) {
  StderrPipe err;
  Log::Info("hello");
  EXPECT_TRUE(err.Read().ends_with(" info hello\n"));
}

TEST(Log, AWarningTakesEarlierLinesAlongInOrder) {
  StderrPipe err;
  Log::Info("first");
  Log::Info("second");
  Log::Warning("third");
  const std::string lines = err.Read();
  const size_t first = lines.find("first"), second = lines.find("second"),
               third = lines.find("third");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
  StderrPipe err;
  Log::Debug("quiet");
  Log::Flush();
  EXPECT_TRUE(err.IsEmpty());
}

TEST(Log, LinesOfManyThreadsStayWhole) {
  StderrPipe err;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int line = 0; line < 100; ++line) Log::Info("{}", std::string(50, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  Log::Flush();
  std::string lines;
  while (std::count(lines.begin(), lines.end(), '\n') < 400) lines += err.Read();
  for (size_t begin = 0, end; begin < lines.size(); begin = end + 1) {
    end = lines.find('\n', begin);
    EXPECT_TRUE(std::string_view(lines)
                    .substr(begin, end - begin)
                    .ends_with(" info " + std::string(50, 'x')));
  }
}

}  // namespace
}  // namespace minato
