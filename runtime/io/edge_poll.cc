#include "runtime/io/edge_poll.h"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "runtime/check.h"

namespace minato {

EdgePoll::EdgePoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) { CHECK(fd_ >= 0, "epoll_create1: {}", errno); }

EdgePoll::~EdgePoll() { ::close(fd_); }

Status EdgePoll::Watch(int fd, Watched& watched) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &watched}};
  if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) == 0) return OkStatus();
  return ResourceExhausted("epoll: {}", std::strerror(errno));
}

void EdgePoll::Forget(int fd, Watched& watched) {
  CHECK(::epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr) == 0, "epoll_ctl: {}", errno);
  for (epoll_event& event : untold_) {
    if (event.data.ptr == &watched) event.data.ptr = nullptr;
  }
}

bool EdgePoll::Poll() {
  const int count = ::epoll_wait(fd_, events_.data(), kEventsMax, /*timeout=*/0);
  CHECK(count >= 0 || errno == EINTR, "epoll_wait: {}", errno);
  if (count <= 0) return false;
  untold_ = std::span(events_).first(count);
  while (!untold_.empty()) {
    const epoll_event event = untold_.front();
    untold_ = untold_.subspan(1);
    if (event.data.ptr == nullptr) continue;
    Watched& watched = *static_cast<Watched*>(event.data.ptr);
    watched.on_ready_(watched, event.events);
  }
  return true;
}

}  // namespace minato
