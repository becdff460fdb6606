// Errors as values. A Status names the thing that failed; these constructors take a {fmt} string:
//   return NotFound("user {} does not exist", id);
// and these macros leave the function with the error, or go on with the value:
//   TRY(Symbol symbol, Symbol::Parse(text));            in a plain function
//   CO_TRY(Quote quote, co_await feed.Fetch(symbol));   in a coroutine
//   TRY(Flush());                                       when there is only a Status
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <fmt/format.h>

namespace minato {

using absl::Status;
using absl::StatusCode;
using absl::StatusOr;

inline Status OkStatus() { return absl::OkStatus(); }

template <typename... Args>
Status Error(StatusCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Status(code, fmt::format(format, std::forward<Args>(args)...));
}

#define MINATO_DEFINE_ERROR(Name)                                        \
  template <typename... Args>                                            \
  Status Name(fmt::format_string<Args...> format, Args&&... args) {      \
    return Error(StatusCode::k##Name, format, std::forward<Args>(args)...); \
  }
MINATO_DEFINE_ERROR(Cancelled)
MINATO_DEFINE_ERROR(Unknown)
MINATO_DEFINE_ERROR(InvalidArgument)
MINATO_DEFINE_ERROR(DeadlineExceeded)
MINATO_DEFINE_ERROR(NotFound)
MINATO_DEFINE_ERROR(AlreadyExists)
MINATO_DEFINE_ERROR(PermissionDenied)
MINATO_DEFINE_ERROR(ResourceExhausted)
MINATO_DEFINE_ERROR(FailedPrecondition)
MINATO_DEFINE_ERROR(Aborted)
MINATO_DEFINE_ERROR(OutOfRange)
MINATO_DEFINE_ERROR(Unimplemented)
MINATO_DEFINE_ERROR(Internal)
MINATO_DEFINE_ERROR(Unavailable)
MINATO_DEFINE_ERROR(DataLoss)
MINATO_DEFINE_ERROR(Unauthenticated)
#undef MINATO_DEFINE_ERROR

inline std::string_view MessageOf(const Status& status) {
  return {status.message().data(), status.message().size()};
}

namespace internal {
inline Status TakeStatus(Status&& status) { return std::move(status); }
template <typename T>
Status TakeStatus(StatusOr<T>&& result) {
  return std::move(result).status();
}
}  // namespace internal
}  // namespace minato

#define MINATO_CONCAT_INNER(a, b) a##b
#define MINATO_CONCAT(a, b) MINATO_CONCAT_INNER(a, b)
#define MINATO_PICK(_1, _2, name, ...) name
#define MINATO_TRY_STATUS(leave, result, expression)                                   \
  do {                                                                                 \
    auto result = (expression);                                                        \
    if (!result.ok()) [[unlikely]] leave ::minato::internal::TakeStatus(std::move(result)); \
  } while (false)
#define MINATO_TRY_VALUE(leave, result, declaration, expression)                          \
  auto result = (expression);                                                             \
  if (!result.ok()) [[unlikely]] leave ::minato::internal::TakeStatus(std::move(result)); \
  declaration = *std::move(result)

#define MINATO_TRY1(expression) \
  MINATO_TRY_STATUS(return, MINATO_CONCAT(minato_try_, __LINE__), expression)
#define MINATO_TRY2(declaration, expression) \
  MINATO_TRY_VALUE(return, MINATO_CONCAT(minato_try_, __LINE__), declaration, expression)
#define MINATO_CO_TRY1(expression) \
  MINATO_TRY_STATUS(co_return, MINATO_CONCAT(minato_try_, __LINE__), expression)
#define MINATO_CO_TRY2(declaration, expression) \
  MINATO_TRY_VALUE(co_return, MINATO_CONCAT(minato_try_, __LINE__), declaration, expression)

// An argument with a comma outside parentheses (a template with two parameters) needs an alias first.
#define TRY(...) MINATO_PICK(__VA_ARGS__, MINATO_TRY2, MINATO_TRY1, )(__VA_ARGS__)
#define CO_TRY(...) MINATO_PICK(__VA_ARGS__, MINATO_CO_TRY2, MINATO_CO_TRY1, )(__VA_ARGS__)
