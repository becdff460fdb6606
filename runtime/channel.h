// A bounded queue between coroutines on one executor. Must outlive those who wait.
//
//   CO_TRY(co_await channel.Send(std::move(item)));              waits while it is full
//   std::optional<Item> item = co_await channel.Receive();       nullopt: closed and empty, or cancelled
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "runtime/wait.h"

namespace minato {

template <typename T>
class Channel {
 public:
  explicit Channel(size_t items_max) : items_max_(items_max) { CHECK(items_max > 0); }

  // OK when the item was taken. UNAVAILABLE once the channel is closed; the reason when the task is cancelled.
  // A place that came free belongs to whoever takes it first: a sender that was woken may have to wait again.
  Task<Status> Send(T item) {
    while (!closed_ && items_.size() >= items_max_) {
      WaitList::Waiter room(senders_);
      CO_TRY(co_await room);
    }
    if (!TrySend(std::move(item))) co_return Unavailable("the channel is closed");
    co_return OkStatus();
  }
  // False, and `item` untouched, when the channel is full or closed.
  bool TrySend(T&& item) {
    if (closed_ || items_.size() >= items_max_) return false;
    items_.push_back(std::move(item));
    receivers_.GrantFirst();
    return true;
  }

  // What was sent before the close still comes.
  Task<std::optional<T>> Receive() {
    while (items_.empty() && !closed_) {
      WaitList::Waiter arrived(receivers_);
      const Status waited = co_await arrived;
      if (!waited.ok()) co_return std::nullopt;
    }
    co_return TryReceive();
  }
  // nullopt when nothing is there now.
  std::optional<T> TryReceive() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    senders_.GrantFirst();
    // More is there for the next one, whose grant may have been used up by a receiver that was cancelled.
    if (!items_.empty()) receivers_.GrantFirst();
    return item;
  }

  // Nothing more is taken in; everybody who waits goes on.
  void Close() {
    closed_ = true;
    senders_.GrantAll();
    receivers_.GrantAll();
  }

  bool closed() const { return closed_; }
  size_t size() const { return items_.size(); }

 private:
  const size_t items_max_;
  std::deque<T> items_;
  bool closed_ = false;
  WaitList senders_;
  WaitList receivers_;
};

}  // namespace minato
