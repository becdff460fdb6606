#include "runtime/wait.h"

namespace minato {

void WaitList::Append(Waiter& waiter) {
  waiter.previous_ = tail_;
  waiter.next_ = nullptr;
  (tail_ == nullptr ? head_ : tail_->next_) = &waiter;
  tail_ = &waiter;
}

void WaitList::Remove(Waiter& waiter) {
  (waiter.previous_ == nullptr ? head_ : waiter.previous_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? tail_ : waiter.next_->previous_) = waiter.previous_;
}

WaitList::Waiter* WaitList::GrantFirst(Status result) {
  Waiter* const first = head_;
  if (first != nullptr) first->Leave(std::move(result));
  return first;
}

void WaitList::GrantAll(const Status& result) {
  while (GrantFirst(result) != nullptr) {
  }
}

void WaitList::Waiter::Leave(Status result) {
  Unsubscribe();
  list_.Remove(*this);
  result_ = std::move(result);
  suspended_.Resume();
}

void WaitList::Waiter::OnCancel(CancelSubscription& self) {
  auto& waiter = static_cast<Waiter&>(self);
  waiter.Leave(waiter.cancel_.reason());
}

}  // namespace minato
