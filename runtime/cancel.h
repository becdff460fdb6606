// Cancellation is a request: whoever waits is woken with the reason, and leaves by its ordinary error
// path. A source asks, tokens are handed down, subscriptions are objects whose end unsubscribes.
// A source, its tokens and its subscriptions belong to one executor.
#pragma once

#include "runtime/status.h"

namespace minato {

class CancelSource;

namespace internal {
// Doubly linked into the source it is subscribed to; linked to itself when idle.
struct CancelLink {
  CancelLink* previous = this;
  CancelLink* next = this;
};
}  // namespace internal

// Says whether its source has cancelled. The default token never does. Valid as long as the source.
class CancelToken {
 public:
  CancelToken() = default;

  bool cancelled() const;
  Status reason() const;  // OK while not cancelled

 private:
  friend class CancelSource;
  friend class CancelSubscription;
  explicit CancelToken(CancelSource* source) : source_(source) {}

  CancelSource* source_ = nullptr;
};

// Calls back once when the token's source cancels, from inside Cancel(). Subscribing to a source that
// has cancelled already never calls back: look at the token first.
class CancelSubscription : private internal::CancelLink {
 public:
  using Callback = void (*)(CancelSubscription&);

  explicit CancelSubscription(Callback callback) : callback_(callback) {}
  CancelSubscription(const CancelSubscription&) = delete;
  CancelSubscription& operator=(const CancelSubscription&) = delete;
  ~CancelSubscription() { Unsubscribe(); }

  void Subscribe(CancelToken token);
  void Unsubscribe();  // nothing happens when not subscribed

 private:
  friend class CancelSource;
  const Callback callback_;
};

class CancelSource {
 public:
  CancelSource() : parent_(this) {}
  // Cancels when `parent` does, too, with the same reason.
  explicit CancelSource(CancelToken parent);
  CancelSource(const CancelSource&) = delete;
  CancelSource& operator=(const CancelSource&) = delete;
  ~CancelSource();

  CancelToken token() { return CancelToken(this); }
  bool cancelled() const { return !reason_.ok(); }
  const Status& reason() const { return reason_; }

  // The first reason stays; `reason` must not be OK.
  void Cancel(Status reason);

 private:
  friend class CancelSubscription;

  class FromParent : public CancelSubscription {
   public:
    explicit FromParent(CancelSource* child) : CancelSubscription(&Fire), child_(child) {}

   private:
    static void Fire(CancelSubscription& self);
    CancelSource* const child_;
  };

  Status reason_;
  CancelToken parent_token_;
  internal::CancelLink subscriptions_;
  FromParent parent_;
};

inline bool CancelToken::cancelled() const { return source_ != nullptr && source_->cancelled(); }

}  // namespace minato
