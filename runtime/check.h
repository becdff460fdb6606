// CHECK: what our own code guarantees. It holds in every build mode; a failure names the expression and
// ends the process. Never for what a peer, a file or a user sent: that is a Status (runtime/status.h).
#pragma once

#include <string>

#include <fmt/format.h>

namespace minato::internal {

[[noreturn]] void CheckFailed(const char* file, int line, const char* expression,
                              const std::string& message);

inline std::string CheckMessage() { return {}; }
template <typename... Args>
std::string CheckMessage(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}

}  // namespace minato::internal

// CHECK(queue.empty());  CHECK(n < size, "index {} of {}", n, size);
#define CHECK(condition, ...)                                                              \
  (__builtin_expect(static_cast<bool>(condition), 1)                                       \
       ? static_cast<void>(0)                                                              \
       : ::minato::internal::CheckFailed(__FILE__, __LINE__, #condition,                   \
                                         ::minato::internal::CheckMessage(__VA_ARGS__)))
