#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "gateway/transcode/sink.h"

namespace minato::gateway {

// The encoded keys met so far in each map being read, to find a key given twice. Maps nest as a
// stack. Keys are ranges of the sink that must not move while their map is open.
class MapKeys {
 public:
  class Map {
   public:
    explicit Map(MapKeys& keys) : keys_(keys), first_(keys.entries_.size()) {}
    ~Map() { keys_.entries_.resize(first_); }
    Map(const Map&) = delete;
    Map& operator=(const Map&) = delete;

    // False if the key [at, at + size) of the sink is in the map already.
    bool Add(Sink& sink, size_t at, size_t size) {
      std::string_view key(sink.at(at), size);
      uint32_t hash =
          static_cast<uint32_t>(absl::HashOf(absl::string_view(key.data(), key.size())));
      std::vector<Entry>& entries = keys_.entries_;
      auto same = [&](const Entry& entry) {
        return entry.hash == hash && key == std::string_view(sink.at(entry.at), entry.size);
      };
      if (slots_.empty()) {
        for (size_t i = first_; i < entries.size(); ++i) {
          if (same(entries[i])) return false;
        }
        entries.push_back(Entry{at, static_cast<uint32_t>(size), hash});
        if (entries.size() - first_ > kLinearMax) Rehash();
        return true;
      }
      size_t slot = hash & (slots_.size() - 1);
      for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
        if (same(entries[first_ + slots_[slot] - 1])) return false;
      }
      entries.push_back(Entry{at, static_cast<uint32_t>(size), hash});
      slots_[slot] = static_cast<uint32_t>(entries.size() - first_);
      if ((entries.size() - first_) * 2 > slots_.size()) Rehash();
      return true;
    }

   private:
    static constexpr size_t kLinearMax = 16;

    void Rehash() {
      std::vector<Entry>& entries = keys_.entries_;
      slots_.assign(slots_.empty() ? kLinearMax * 8 : slots_.size() * 4, 0);
      for (size_t i = first_; i < entries.size(); ++i) {
        size_t slot = entries[i].hash & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = static_cast<uint32_t>(i - first_ + 1);
      }
    }

    MapKeys& keys_;
    const size_t first_;
    std::vector<uint32_t> slots_;  // Index of an entry of this map plus one, once there are many.
  };

 private:
  struct Entry {
    size_t at;
    uint32_t size;
    uint32_t hash;
  };
  std::vector<Entry> entries_;
};

}  // namespace minato::gateway
