#include "runtime/cancel.h"

#include "runtime/check.h"

namespace minato {

Status CancelToken::reason() const { return source_ == nullptr ? OkStatus() : source_->reason(); }

void CancelSubscription::Subscribe(CancelToken token) {
  CHECK(next == this, "subscribed twice");
  if (token.source_ == nullptr) return;
  internal::CancelLink& list = token.source_->subscriptions_;
  previous = list.previous;
  next = &list;
  previous->next = this;
  list.previous = this;
}

void CancelSubscription::Unsubscribe() {
  previous->next = next;
  next->previous = previous;
  previous = next = this;
}

CancelSource::CancelSource(CancelToken parent) : parent_token_(parent), parent_(this) {
  if (parent.cancelled()) {
    reason_ = parent.reason();
  } else {
    parent_.Subscribe(parent);
  }
}

CancelSource::~CancelSource() {
  CHECK(subscriptions_.next == &subscriptions_, "a cancel source ended before its subscribers");
}

void CancelSource::FromParent::Fire(CancelSubscription& self) {
  CancelSource& child = *static_cast<FromParent&>(self).child_;
  child.Cancel(child.parent_token_.reason());
}

void CancelSource::Cancel(Status reason) {
  CHECK(!reason.ok(), "a cancellation needs a reason");
  if (cancelled()) return;
  reason_ = std::move(reason);
  // A callback may unsubscribe others, but subscribes nobody: the source has cancelled by now.
  while (subscriptions_.next != &subscriptions_) {
    auto& subscription = static_cast<CancelSubscription&>(*subscriptions_.next);
    subscription.Unsubscribe();
    subscription.callback_(subscription);
  }
}

}  // namespace minato
