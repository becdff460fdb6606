// Who is in which room, and how a message gets to them.
//
// A message goes from the history's writing thread to each executor that has members of its room by one post,
// and from there to the members' queues: the cost for other threads does not grow with the members, and the one
// writing thread gives every room its order.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "minato/chat/v1/chat.pb.h"
#include "runtime/executor.h"

namespace minato::chat {

class Member;
using SharedEvent = std::shared_ptr<const v1::ChatEvent>;

// The members on one executor, which is the only one that touches it.
class Station {
 public:
  explicit Station(Executor& home) : home_(home) {}

  void Enter(Member& member) { members_.insert(&member); }
  void Exit(Member& member) { members_.erase(&member); }
  void Add(const std::string& room, Member& member) { rooms_[room].push_back(&member); }
  void Remove(const std::string& room, Member& member);
  void Deliver(const std::string& room, const SharedEvent& event);
  void EndAll();  // every member, in a room or in none: the server shuts down
  Executor& home() { return home_; }

 private:
  Executor& home_;
  absl::flat_hash_set<Member*> members_;
  absl::flat_hash_map<std::string, std::vector<Member*>> rooms_;
};

// Thread-safe.
class Hub {
 public:
  // Lives as long as the hub.
  Station& StationOf(Executor& home);

  // On the member's home, when its life begins and ends. After EndAll, a member ends as soon as it enters.
  void Enter(Station& station, Member& member);
  void Exit(Station& station, Member& member);

  // On the history's writing thread, between the commits before and after: `member` gets every message of the
  // room from now on. It is in the room when what the thread posts next runs at home.
  void Join(const std::string& room, Station& station, Member& member);
  // Also on the writing thread: to every member of the message's room.
  void Publish(const v1::Message& message);

  // On the member's home.
  void Leave(const std::string& room, Station& station, Member& member);

  // Tells every member on every executor, and those still to come, that the server shuts down.
  void EndAll();

 private:
  struct StationInRoom {
    Station* station;
    size_t members;
  };

  std::mutex mutex_;
  absl::flat_hash_map<Executor*, std::unique_ptr<Station>> stations_;
  absl::flat_hash_map<Station*, size_t> members_;  // how many there are; no entry for none
  bool ended_ = false;
  absl::flat_hash_map<std::string, std::vector<StationInRoom>> rooms_;
};

}  // namespace minato::chat
