// The process's log: lines on standard error, each with time, level and text.
//
//   Log::Info("listening on {}", address);
//
// Thread-safe. Lines up to info are written together, at the latest 50 ms later; a warning or an
// error takes them along at once. A line is formatted only when its level is on. What a user typed
// or a peer sent goes in quoted.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace minato {

class Log {
 public:
  enum class Level { kDebug, kInfo, kWarning, kError, kOff };

  static void SetLevel(Level level);
  // "debug", "info", "warning", "error", "off"; false for anything else.
  static bool ParseLevel(std::string_view name, Level* level);
  static bool IsOn(Level level);
  // Writes what was logged so far. The end of main does, too; abort and a signal that kills do not.
  static void Flush();

  template <typename... Args>
  static void Debug(fmt::format_string<Args...> format, Args&&... args) {
    if (IsOn(Level::kDebug)) Write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  static void Info(fmt::format_string<Args...> format, Args&&... args) {
    if (IsOn(Level::kInfo)) Write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  static void Warning(fmt::format_string<Args...> format, Args&&... args) {
    if (IsOn(Level::kWarning))
      Write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  static void Error(fmt::format_string<Args...> format, Args&&... args) {
    if (IsOn(Level::kError)) Write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
  }

  static void Write(Level level, std::string_view line);
};

}  // namespace minato
