#include "telemetry/log.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace minato {
namespace {

constexpr std::array<spdlog::level::level_enum, 5> kLevels = {
    spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err,
    spdlog::level::off};
constexpr std::array<std::string_view, 5> kNames = {"debug", "info", "warning", "error", "off"};

// Writes many lines with one system call: a call for each costs as much as what the line is about,
// and keeps other threads waiting meanwhile.
class BatchingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  BatchingSink() : writer_([this] { WriteRegularly(); }) {}
  ~BatchingSink() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    writer_.join();
  }

 private:
  static constexpr size_t kBatchBytes = 32 << 10;
  static constexpr std::chrono::milliseconds kDelayMax{50};

  void sink_it_(const spdlog::details::log_msg& message) override {
    const bool first = lines_.size() == 0;
    formatter_->format(message, lines_);
    if (message.level >= spdlog::level::warn || lines_.size() >= kBatchBytes) {
      flush_();
    } else if (first) {
      changed_.notify_one();
    }
  }

  void flush_() override {
    const char* begin = lines_.data();
    const char* const end = begin + lines_.size();
    while (begin < end) {
      const ssize_t written = ::write(STDERR_FILENO, begin, static_cast<size_t>(end - begin));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) break;  // nobody to tell
      begin += written;
    }
    lines_.clear();
  }

  void WriteRegularly() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      changed_.wait(lock, [this] { return stopping_ || lines_.size() > 0; });
      changed_.wait_for(lock, kDelayMax, [this] { return stopping_; });
      flush_();
    }
  }

  // Under mutex_.
  spdlog::memory_buf_t lines_;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread writer_;
};

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("minato", std::make_shared<BatchingSink>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

}  // namespace

void Log::SetLevel(Level level) { Logger().set_level(kLevels[static_cast<size_t>(level)]); }

bool Log::ParseLevel(std::string_view name, Level* level) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i]) continue;
    *level = static_cast<Level>(i);
    return true;
  }
  return false;
}

bool Log::IsOn(Level level) { return Logger().should_log(kLevels[static_cast<size_t>(level)]); }

void Log::Flush() { Logger().flush(); }

void Log::Write(Level level, std::string_view line) {
  Logger().log(kLevels[static_cast<size_t>(level)],
               spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace minato
