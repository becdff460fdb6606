#include "server/services/chat/hub.h"

#include <algorithm>
#include <functional>

#include "server/services/chat/member.h"

namespace minato::chat {
namespace {

// A function that runs once on an executor.
class Errand : private Work {
 public:
  static void Post(Executor& executor, std::function<void()> run) {
    executor.Post(*new Errand(std::move(run)));
  }

 private:
  explicit Errand(std::function<void()> run) : Work(&Run), run_(std::move(run)) {}
  static void Run(Work& work) {
    const std::unique_ptr<Errand> self(&static_cast<Errand&>(work));
    self->run_();
  }
  const std::function<void()> run_;
};

}  // namespace

void Station::Remove(const std::string& room, Member& member) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  std::erase(found->second, &member);
  if (found->second.empty()) rooms_.erase(found);
}

void Station::Deliver(const std::string& room, const SharedEvent& event) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  const std::vector<Member*> members = found->second;  // one that is too slow leaves meanwhile
  for (Member* const member : members) member->DeliverMessage(event);
}

void Station::EndAll() {
  for (Member* const member : members_) member->End();
}

Station& Hub::StationOf(Executor& home) {
  std::lock_guard lock(mutex_);
  std::unique_ptr<Station>& station = stations_[&home];
  if (station == nullptr) station = std::make_unique<Station>(home);
  return *station;
}

void Hub::Enter(Station& station, Member& member) {
  station.Enter(member);
  bool ended;
  {
    std::lock_guard lock(mutex_);
    ++members_[&station];
    ended = ended_;
  }
  if (ended) member.End();
}

void Hub::Exit(Station& station, Member& member) {
  station.Exit(member);
  std::lock_guard lock(mutex_);
  const auto found = members_.find(&station);
  CHECK(found != members_.end(), "a member exits that never entered");
  if (--found->second == 0) members_.erase(found);
}

void Hub::Join(const std::string& room, Station& station, Member& member) {
  std::lock_guard lock(mutex_);
  std::vector<StationInRoom>& stations = rooms_[room];
  const auto found = std::find_if(stations.begin(), stations.end(),
                                  [&](const StationInRoom& entry) { return entry.station == &station; });
  if (found == stations.end()) {
    stations.push_back({&station, 1});
  } else {
    ++found->members;
  }
  Errand::Post(station.home(), [room, &station, &member] { station.Add(room, member); });
}

void Hub::Leave(const std::string& room, Station& station, Member& member) {
  station.Remove(room, member);
  std::lock_guard lock(mutex_);
  const auto in_room = rooms_.find(room);
  CHECK(in_room != rooms_.end(), "nobody is in room {}", room);
  std::vector<StationInRoom>& stations = in_room->second;
  const auto found = std::find_if(stations.begin(), stations.end(),
                                  [&](const StationInRoom& entry) { return entry.station == &station; });
  CHECK(found != stations.end());
  if (--found->members == 0) stations.erase(found);
  if (stations.empty()) rooms_.erase(in_room);
}

void Hub::Publish(const v1::Message& message) {
  std::lock_guard lock(mutex_);
  const auto found = rooms_.find(message.room());
  if (found == rooms_.end()) return;
  auto event = std::make_shared<v1::ChatEvent>();
  *event->mutable_message() = message;
  for (const StationInRoom& entry : found->second) {
    Errand::Post(entry.station->home(), [station = entry.station, event = SharedEvent(event)] {
      station->Deliver(event->message().room(), event);
    });
  }
}

void Hub::EndAll() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  for (const auto& [station, members] : members_) {
    Errand::Post(station->home(), [station = station] { station->EndAll(); });
  }
}

}  // namespace minato::chat
