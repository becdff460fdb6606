#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minato::http {

struct HeaderField {
  std::string_view name;  // Lower case.
  std::string_view value;

  friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Header fields in order of arrival; a name may occur more than once. One piece of memory, however many there are, and
// none while there are none: three words, as many of them lie in wait in every request.
//
// Names are lowered when they come in; a name asked for must already be lower case. Values are kept as they are:
// whoever writes them to a peer refuses what cannot stand in a header. Views live until something is added, also those of
// fields that were removed, and when the headers move.
class Headers {
 public:
  class Iterator;

  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);
  Headers(const Headers& other);
  Headers(Headers&& other) noexcept { swap(other); }
  Headers& operator=(Headers other) noexcept {
    swap(other);
    return *this;
  }
  void swap(Headers& other) noexcept {
    std::swap(block_, other.block_);
    std::swap(capacity_, other.capacity_);
    std::swap(text_bytes_, other.text_bytes_);
    std::swap(size_, other.size_);
  }

  // Neither may be a view into these headers.
  void Add(std::string_view name, std::string_view value);
  void AddLowered(std::string_view lower_name, std::string_view value);
  // Takes out every field of that name, then adds this one at the end.
  void Set(std::string_view name, std::string_view value);
  // The number of fields taken out.
  size_t Remove(std::string_view name);
  void clear() { text_bytes_ = size_ = 0; }

  // The first value.
  std::optional<std::string_view> Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name).has_value(); }
  std::vector<std::string_view> FindAll(std::string_view name) const;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const;
  Iterator end() const;

  friend bool operator==(const Headers& a, const Headers& b);

 private:
  struct Slot {
    uint32_t begin;  // in the text: the name, and the value behind it
    uint32_t name_size;
    uint32_t value_size;
  };

  char* Text() const { return reinterpret_cast<char*>(block_.get()); }
  // The first one; the others follow downwards.
  Slot* First() const { return block_.get() + capacity_ - 1; }
  std::string_view Name(const Slot& slot) const { return {Text() + slot.begin, slot.name_size}; }
  std::string_view Value(const Slot& slot) const { return {Text() + slot.begin + slot.name_size, slot.value_size}; }
  // Makes room for one more field with so much text.
  void Reserve(size_t text_bytes);

  // The text of all fields from its front (that of fields that were taken out stays), their slots from its back.
  std::unique_ptr<Slot[]> block_;
  uint32_t capacity_ = 0;  // in slots
  uint32_t text_bytes_ = 0;
  uint32_t size_ = 0;
};

class Headers::Iterator {
 public:
  using value_type = HeaderField;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  HeaderField operator*() const { return {headers_->Name(*slot_), headers_->Value(*slot_)}; }
  Iterator& operator++() {
    --slot_;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    --slot_;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.slot_ == b.slot_; }

 private:
  friend class Headers;
  Iterator(const Headers& headers, const Slot* slot) : headers_(&headers), slot_(slot) {}

  const Headers* headers_ = nullptr;
  const Slot* slot_ = nullptr;
};

inline Headers::Iterator Headers::begin() const { return {*this, size_ == 0 ? nullptr : First()}; }
inline Headers::Iterator Headers::end() const { return {*this, size_ == 0 ? nullptr : First() - size_}; }

}  // namespace minato::http
