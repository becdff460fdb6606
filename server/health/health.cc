#include "server/health/health.h"

namespace minato::health {

void HealthBoard::Set(std::string_view service, bool serving) {
  const std::lock_guard lock(mutex_);
  serving_.insert_or_assign(std::string(service), serving && !shut_down_);
  TellWatchers();
}

void HealthBoard::Shutdown() {
  const std::lock_guard lock(mutex_);
  shut_down_ = true;
  for (auto& [service, serving] : serving_) serving = false;
  TellWatchers();
}

HealthBoard::Serving HealthBoard::Find(std::string_view service) const {
  const std::lock_guard lock(mutex_);
  const auto found = serving_.find(service);
  if (found == serving_.end()) return Serving::kUnknown;
  return found->second ? Serving::kYes : Serving::kNo;
}

std::map<std::string, bool> HealthBoard::All() const {
  const std::lock_guard lock(mutex_);
  return {serving_.begin(), serving_.end()};
}

void HealthBoard::Watch(const std::shared_ptr<Watcher>& watcher) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watchers_, [](const auto& watcher) { return watcher.expired(); });
  watchers_.push_back(watcher);
}

void HealthBoard::TellWatchers() {
  for (const std::weak_ptr<Watcher>& weak : watchers_) {
    if (const std::shared_ptr<Watcher> watcher = weak.lock()) watcher->Notify();
  }
}

void HealthBoard::Watcher::Notify() {
  // One notice at a time; the change itself is read from the board, after the flag was taken down.
  if (under_way_.exchange(true, std::memory_order_acq_rel)) return;
  self_ = shared_from_this();
  home_.Post(*this);
}

void HealthBoard::Watcher::OnNotice(Work& work) {
  auto& watcher = static_cast<Watcher&>(work);
  const std::shared_ptr<Watcher> self = std::move(watcher.self_);
  watcher.under_way_.store(false, std::memory_order_release);
  watcher.changed_.Set();
}

Task<Status> HealthBoard::Watcher::Wait() {
  CO_TRY(co_await changed_.Wait());
  changed_.Reset();
  co_return OkStatus();
}

void SetAllServing(const MethodRegistry& registry, HealthBoard& board) {
  board.Set("", true);
  for (const auto* service : registry.services()) board.Set(service->full_name(), true);
}

}  // namespace minato::health
