// One Chat call: the rooms it is in and the events that wait to be sent to it.
#pragma once

#include <deque>
#include <string>

#include <absl/container/flat_hash_map.h>

#include "runtime/event.h"
#include "server/services/chat/hub.h"

namespace minato::chat {

// Belongs to the call's home executor. Its end leaves every room.
class Member {
 public:
  Member(Hub& hub, Station& station, size_t queue_messages_max);
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  ~Member();

  Station& station() { return station_; }
  size_t room_count() const { return rooms_.size(); }
  const std::string* NameIn(const std::string& room) const;  // nullptr where it is not

  // The hub has just put it into the room, whose last message was `last_sequence`.
  void Joined(const std::string& room, std::string name, int64_t last_sequence);
  // Takes another name in a room that it is in; the last message delivered from there.
  int64_t Rename(const std::string& room, std::string name);
  void Leave(const std::string& room, v1::LeaveReason reason);

  // What the call itself is told; not bounded, but see HasRoom.
  void Tell(v1::ChatEvent event);
  // From the station. A queue that is full makes it leave the room: LEAVE_REASON_LAGGED comes after what it has.
  void DeliverMessage(const SharedEvent& event);

  // The next event; nullptr when there will be none, or when the call is cancelled.
  Task<SharedEvent> Next();
  // Waits until the queue is not full: no further request is taken before.
  Task<Status> HasRoom();

  void Close();  // Next ends once the queue is empty
  void End();    // leaves every room, because the server shuts down, and closes
  bool ended() const { return ended_; }

 private:
  struct Room {
    std::string name;
    int64_t last_sequence = 0;
  };

  Hub& hub_;
  Station& station_;
  const size_t queue_messages_max_;
  absl::flat_hash_map<std::string, Room> rooms_;
  std::deque<SharedEvent> queue_;
  Event arrived_;
  Event room_;
  bool closed_ = false;
  bool ended_ = false;
};

}  // namespace minato::chat
