// grpc.health.v1: whether the server, or one of its services, takes calls.
//
//   health::HealthEnv health;
//   health::RegisterHealth(registry, health);
//   health::SetAllServing(registry, health.board);
//   ...
//   health.board.Shutdown();     before draining: load balancers stop sending calls
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/event.h"
#include "server/call/method_registry.h"

namespace minato::health {

// Any thread. Outlives the calls that watch it.
class HealthBoard {
 public:
  enum class Serving { kUnknown, kYes, kNo };
  class Watcher;

  // The empty name is the whole server.
  void Set(std::string_view service, bool serving);
  // Every service is NOT_SERVING from now on, whatever Set says.
  void Shutdown();

  Serving Find(std::string_view service) const;  // kUnknown for a name that was never set
  std::map<std::string, bool> All() const;

  // `watcher` is told of every change until it is destroyed.
  void Watch(const std::shared_ptr<Watcher>& watcher);

 private:
  void TellWatchers();  // under mutex_

  mutable std::mutex mutex_;  // of all that follows
  bool shut_down_ = false;
  std::map<std::string, bool, std::less<>> serving_;
  std::vector<std::weak_ptr<Watcher>> watchers_;
};

// Wakes one call at its home. Shared by the call and by a notice that is under way to it.
class HealthBoard::Watcher : private Work, public std::enable_shared_from_this<Watcher> {
 public:
  explicit Watcher(Executor& home) : Work(&OnNotice), home_(home) {}

  // At home: OK once something changed since the last wait, or the reason why the call was cancelled.
  Task<Status> Wait();

 private:
  friend class HealthBoard;
  static void OnNotice(Work& work);
  void Notify();

  Executor& home_;
  Event changed_;
  std::atomic<bool> under_way_{false};
  std::shared_ptr<Watcher> self_;  // while a notice is under way
};

struct HealthEnv {
  HealthBoard board;
};

// Written by protoc-gen-minato.
void RegisterHealth(MethodRegistry& registry, HealthEnv& env);

// The overall name and every service that `registry` has by now, as serving.
void SetAllServing(const MethodRegistry& registry, HealthBoard& board);

}  // namespace minato::health
