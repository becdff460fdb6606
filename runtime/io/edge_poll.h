// Readiness of descriptors, told once each time it changes: epoll(7) with EPOLLET. Of one thread's loop.
//
// For connections, beside Asio's reactor, which tries each operation before it waits for it: who reads until a read
// comes up short and then waits for the next edge makes one system call where Asio makes two.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

#include "runtime/status.h"

namespace minato {

class EdgePoll {
 public:
  // Somebody who is told. In place while its descriptor is watched.
  class Watched {
   public:
    // EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP and EPOLLERR: what holds now. May call Watch and Forget.
    using OnReady = void (*)(Watched&, uint32_t events);

    explicit Watched(OnReady on_ready) : on_ready_(on_ready) {}
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    friend class EdgePoll;
    const OnReady on_ready_;
  };

  EdgePoll();
  EdgePoll(const EdgePoll&) = delete;
  EdgePoll& operator=(const EdgePoll&) = delete;
  ~EdgePoll();

  // What is ready already counts as an edge. RESOURCE_EXHAUSTED with the errno if the kernel watches no more.
  Status Watch(int fd, Watched& watched);
  // Before the descriptor is closed or goes elsewhere. `watched` is not told any more, not even of what came before.
  void Forget(int fd, Watched& watched);

  // Tells those for whom something changed, without waiting. False if there was nobody.
  bool Poll();

  // Readable while Poll would find something: for another poll to wait on.
  int fd() const { return fd_; }

 private:
  static constexpr size_t kEventsMax = 64;  // at a time

  const int fd_;
  std::array<epoll_event, kEventsMax> events_;
  std::span<epoll_event> untold_;  // of events_
};

}  // namespace minato
