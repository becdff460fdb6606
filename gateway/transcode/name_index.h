#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace minato::gateway {

// Name -> T*, built once and then only read: open addressing at most half full, one multiplication
// a lookup. The names must outlive the index. The first insertion of a name wins.
template <typename T>
class NameIndex {
 public:
  void Reserve(size_t names) {
    size_t size = 4;
    while (size < names * 2 + 2) size *= 2;
    slots_.assign(size, Slot{});
  }

  void Insert(std::string_view name, T* value) {
    for (size_t i = Hash(name);; ++i) {
      Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.value == nullptr) {
        slot = Slot{name, value};
        return;
      }
      if (slot.name == name) return;
    }
  }

  T* Find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    for (size_t i = Hash(name);; ++i) {
      const Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.value == nullptr) return nullptr;
      if (slot.name.size() == name.size() &&
          std::memcmp(slot.name.data(), name.data(), name.size()) == 0) {
        return slot.value;
      }
    }
  }

 private:
  struct Slot {
    std::string_view name;
    T* value = nullptr;
  };

  // Both ends of the name and its length: field names that share all three are rare, and only cost
  // another probe.
  static size_t Hash(std::string_view name) {
    uint64_t head = 0;
    uint64_t tail = 0;
    if (name.size() >= 8) {
      std::memcpy(&head, name.data(), 8);
      std::memcpy(&tail, name.data() + name.size() - 8, 8);
    } else if (name.size() >= 4) {
      std::memcpy(&head, name.data(), 4);
      std::memcpy(&tail, name.data() + name.size() - 4, 4);
    } else if (!name.empty()) {
      head = static_cast<uint8_t>(name.front());
      tail = static_cast<uint8_t>(name[name.size() / 2]) << 8 | static_cast<uint8_t>(name.back());
    }
    uint64_t mixed = (head * 0x9E3779B97F4A7C15u) ^ (tail * 0xC2B2AE3D27D4EB4Fu) ^ name.size();
    return static_cast<size_t>((mixed * 0xD6E8FEB86659FD93u) >> 32);
  }

  std::vector<Slot> slots_;
};

}  // namespace minato::gateway
