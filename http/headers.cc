#include "http/headers.h"

#include <algorithm>
#include <iterator>

#include "http/http1_chars.h"

namespace minato::http {
namespace {

// What most heads have room in.
constexpr size_t kSlotsAtFirst = 24;

}  // namespace

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) Add(name, value);
}

Headers::Headers(const Headers& other) {
  for (const HeaderField field : other) AddLowered(field.name, field.value);
}

void Headers::Add(std::string_view name, std::string_view value) {
  AddLowered(name, value);
  char* const begin = Text() + First()[1 - static_cast<ptrdiff_t>(size_)].begin;
  std::transform(begin, begin + name.size(), begin, ToLower);
}

void Headers::AddLowered(std::string_view lower_name, std::string_view value) {
  Reserve(lower_name.size() + value.size());
  First()[-static_cast<ptrdiff_t>(size_)] = {text_bytes_, static_cast<uint32_t>(lower_name.size()),
                                             static_cast<uint32_t>(value.size())};
  ++size_;
  for (const std::string_view part : {lower_name, value}) {
    std::copy(part.begin(), part.end(), Text() + text_bytes_);
    text_bytes_ += part.size();
  }
}

void Headers::Reserve(size_t text_bytes) {
  const size_t needed = (text_bytes_ + text_bytes + sizeof(Slot) - 1) / sizeof(Slot) + size_ + 1;
  if (needed <= capacity_) return;
  const size_t capacity = std::max({kSlotsAtFirst, size_t{2} * capacity_, needed});
  auto block = std::make_unique_for_overwrite<Slot[]>(capacity);
  std::copy_n(Text(), text_bytes_, reinterpret_cast<char*>(block.get()));
  std::copy_n(block_.get() + capacity_ - size_, size_, block.get() + capacity - size_);
  block_ = std::move(block);
  capacity_ = static_cast<uint32_t>(capacity);
}

void Headers::Set(std::string_view name, std::string_view value) {
  Remove(name);
  Add(name, value);
}

size_t Headers::Remove(std::string_view name) {
  const auto begin = std::make_reverse_iterator(block_.get() + capacity_);
  const auto kept = std::remove_if(begin, begin + size_, [&](const Slot& slot) { return Name(slot) == name; });
  const size_t removed = size_ - static_cast<size_t>(kept - begin);
  size_ -= removed;
  return removed;
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  for (const HeaderField field : *this) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HeaderField field : *this) {
    if (field.name == name) values.push_back(field.value);
  }
  return values;
}

bool operator==(const Headers& a, const Headers& b) { return std::ranges::equal(a, b); }

}  // namespace minato::http
