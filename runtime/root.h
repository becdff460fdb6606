// The coroutine under which a task runs that no coroutine awaits. It starts at once and frees itself at its end.
//
//   Root Serve(const TaskContext&, Call& call) {
//     const Status status = co_await call.Handle();
//     call.Ended(status);
//   }
//
// Its first parameter is the context of what it awaits, and outlives it. The function tells whoever must know that
// it has ended, and catches what may be thrown: there is nobody above. Most roots are a Scope's.
#pragma once

#include <coroutine>
#include <exception>

#include "runtime/task.h"

namespace minato {

struct Root {
  class promise_type;
};

class Root::promise_type {
 public:
  template <typename... Others>
  explicit promise_type(const TaskContext& context, const Others&...) : context_(context) {}

  const TaskContext& context() const { return context_; }
  Root get_return_object() const { return {}; }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  std::suspend_never final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  void unhandled_exception() const noexcept { std::terminate(); }

 private:
  const TaskContext& context_;
};

}  // namespace minato
