// Values in memory that are good for a while, the least recently used leaving first. For cache-aside in front of
// a database, whose races it knows: a read that began before a write does not bring the old value back.
//
//   if (auto user = cache.Find(id, now)) co_return *user;
//   const auto ticket = cache.BeginFill(id);            before the database is asked
//   CO_TRY(User user, co_await Load(id));
//   cache.Fill(id, user, ticket, now);                  left out when the key was erased meanwhile
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include <absl/container/flat_hash_map.h>
#include <absl/time/time.h>

namespace minato {

// Thread-safe; keys are spread over shards that lock for themselves. Value is copied out: make it cheap to copy.
template <typename Key, typename Value>
class TtlCache {
 public:
  class Ticket {
    friend class TtlCache;
    uint64_t erasures = 0;
  };

  TtlCache(absl::Duration ttl, size_t entries_max)
      : ttl_(ttl), shard_entries_max_(std::max<size_t>(entries_max / kShards, 1)) {}

  std::optional<Value> Find(const Key& key, absl::Time now) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return std::nullopt;
    if (found->second->good_until <= now) {
      shard.by_use.erase(found->second);
      shard.entries.erase(found);
      return std::nullopt;
    }
    shard.by_use.splice(shard.by_use.begin(), shard.by_use, found->second);
    return found->second->value;
  }

  Ticket BeginFill(const Key& key) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    Ticket ticket;
    ticket.erasures = shard.erasures;
    return ticket;
  }

  void Fill(const Key& key, Value value, Ticket ticket, absl::Time now) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    if (ticket.erasures != shard.erasures) return;
    Forget(shard, key);
    shard.by_use.push_front({key, std::move(value), now + ttl_});
    shard.entries.emplace(key, shard.by_use.begin());
    if (shard.entries.size() > shard_entries_max_) {
      shard.entries.erase(shard.by_use.back().key);
      shard.by_use.pop_back();
    }
  }

  // After a write has been committed, and before it is answered.
  void Erase(const Key& key) {
    Shard& shard = ShardOf(key);
    std::lock_guard lock(shard.mutex);
    ++shard.erasures;
    Forget(shard, key);
  }

 private:
  static constexpr size_t kShards = 16;

  struct Entry {
    Key key;
    Value value;
    absl::Time good_until;
  };
  using Entries = std::list<Entry>;

  struct alignas(64) Shard {
    std::mutex mutex;
    Entries by_use;  // latest first
    absl::flat_hash_map<Key, typename Entries::iterator> entries;
    uint64_t erasures = 0;
  };

  static void Forget(Shard& shard, const Key& key) {
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return;
    shard.by_use.erase(found->second);
    shard.entries.erase(found);
  }

  Shard& ShardOf(const Key& key) { return shards_[absl::Hash<Key>()(key) % kShards]; }

  const absl::Duration ttl_;
  const size_t shard_entries_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace minato
