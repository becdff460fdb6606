#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/inlined_vector.h>

namespace minato::http {

struct HeaderField {
  std::string_view name;  // Lower case.
  std::string_view value;

  friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Header fields in order of arrival; a name may occur more than once. One piece of memory, however many there are.
//
// Names are lowered when they come in; a name asked for must already be lower case. Values are kept as they are:
// whoever writes them to a peer refuses what cannot stand in a header. Views live until the next change.
class Headers {
 public:
  class Iterator;

  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  // Neither may be a view into these headers.
  void Add(std::string_view name, std::string_view value);
  void AddLowered(std::string_view lower_name, std::string_view value);
  // Takes out every field of that name, then adds this one at the end.
  void Set(std::string_view name, std::string_view value);
  // The number of fields taken out.
  size_t Remove(std::string_view name);
  void clear() {
    slots_.clear();
    bytes_.clear();
  }

  // The first value.
  std::optional<std::string_view> Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name).has_value(); }
  std::vector<std::string_view> FindAll(std::string_view name) const;

  size_t size() const { return slots_.size(); }
  bool empty() const { return slots_.empty(); }
  Iterator begin() const;
  Iterator end() const;

  friend bool operator==(const Headers& a, const Headers& b);

 private:
  struct Slot {
    uint32_t begin;  // in bytes_: the name, and the value behind it
    uint32_t name_size;
    uint32_t value_size;
  };

  std::string_view Name(const Slot& slot) const { return {bytes_.data() + slot.begin, slot.name_size}; }
  std::string_view Value(const Slot& slot) const {
    return {bytes_.data() + slot.begin + slot.name_size, slot.value_size};
  }

  absl::InlinedVector<Slot, 8> slots_;
  std::string bytes_;  // those of fields that were taken out stay
};

class Headers::Iterator {
 public:
  using value_type = HeaderField;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  HeaderField operator*() const { return {headers_->Name(*slot_), headers_->Value(*slot_)}; }
  Iterator& operator++() {
    ++slot_;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++slot_;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.slot_ == b.slot_; }

 private:
  friend class Headers;
  Iterator(const Headers& headers, const Slot* slot) : headers_(&headers), slot_(slot) {}

  const Headers* headers_ = nullptr;
  const Slot* slot_ = nullptr;
};

inline Headers::Iterator Headers::begin() const { return {*this, slots_.data()}; }
inline Headers::Iterator Headers::end() const { return {*this, slots_.data() + slots_.size()}; }

}  // namespace minato::http
