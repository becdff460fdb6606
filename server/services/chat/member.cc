#include "server/services/chat/member.h"

namespace minato::chat {

Member::Member(Hub& hub, Station& station, size_t queue_messages_max)
    : hub_(hub), station_(station), queue_messages_max_(queue_messages_max) {
  hub_.Enter(station_, *this);
}

Member::~Member() {
  for (const auto& [room, entry] : rooms_) hub_.Leave(room, station_, *this);
  hub_.Exit(station_, *this);
}

const std::string* Member::NameIn(const std::string& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : &found->second.name;
}

void Member::Joined(const std::string& room, std::string name, int64_t last_sequence) {
  const bool is_new = rooms_.try_emplace(room, Room{std::move(name), last_sequence}).second;
  CHECK(is_new, "joined {} twice", room);
}

int64_t Member::Rename(const std::string& room, std::string name) {
  const auto found = rooms_.find(room);
  CHECK(found != rooms_.end(), "not in {}", room);
  found->second.name = std::move(name);
  return found->second.last_sequence;
}

void Member::Leave(const std::string& room, v1::LeaveReason reason) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  v1::ChatEvent event;
  event.mutable_left()->set_room(room);
  event.mutable_left()->set_reason(reason);
  event.mutable_left()->set_last_sequence(found->second.last_sequence);
  hub_.Leave(room, station_, *this);
  rooms_.erase(found);
  Tell(std::move(event));
}

void Member::Tell(v1::ChatEvent event) {
  queue_.push_back(std::make_shared<const v1::ChatEvent>(std::move(event)));
  arrived_.Set();
}

void Member::DeliverMessage(const SharedEvent& event) {
  const v1::Message& message = event->message();
  const auto found = rooms_.find(message.room());
  if (found == rooms_.end()) return;
  if (queue_.size() >= queue_messages_max_) {
    Leave(message.room(), v1::LEAVE_REASON_LAGGED);
    return;
  }
  found->second.last_sequence = message.sequence();
  queue_.push_back(event);
  arrived_.Set();
}

Task<SharedEvent> Member::Next() {
  while (queue_.empty() && !closed_) {
    arrived_.Reset();
    const Status waited = co_await arrived_.Wait();
    if (!waited.ok()) co_return nullptr;
  }
  if (queue_.empty()) co_return nullptr;
  SharedEvent event = std::move(queue_.front());
  queue_.pop_front();
  room_.Set();
  co_return event;
}

Task<Status> Member::HasRoom() {
  while (queue_.size() >= queue_messages_max_) {
    room_.Reset();
    CO_TRY(co_await room_.Wait());
  }
  co_return OkStatus();
}

void Member::Close() {
  closed_ = true;
  arrived_.Set();
}

void Member::End() {
  ended_ = true;
  while (!rooms_.empty()) {
    const std::string room = rooms_.begin()->first;
    Leave(room, v1::LEAVE_REASON_SHUTDOWN);
  }
  Close();
}

}  // namespace minato::chat
