#include "http/headers.h"

#include <algorithm>

#include "http/http1_chars.h"

namespace minato::http {
namespace {

// What most heads have in them.
constexpr size_t kBytesAtFirst = 256;

}  // namespace

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) Add(name, value);
}

void Headers::Add(std::string_view name, std::string_view value) {
  AddLowered(name, value);
  char* const begin = bytes_.data() + slots_.back().begin;
  std::transform(begin, begin + name.size(), begin, ToLower);
}

void Headers::AddLowered(std::string_view lower_name, std::string_view value) {
  const size_t begin = bytes_.size();
  if (begin == 0) bytes_.reserve(std::max(kBytesAtFirst, lower_name.size() + value.size()));
  bytes_.append(lower_name).append(value);
  slots_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(lower_name.size()),
                    static_cast<uint32_t>(value.size())});
}

void Headers::Set(std::string_view name, std::string_view value) {
  Remove(name);
  Add(name, value);
}

size_t Headers::Remove(std::string_view name) {
  const auto kept = std::remove_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return Name(slot) == name; });
  const auto removed = static_cast<size_t>(slots_.end() - kept);
  slots_.erase(kept, slots_.end());
  return removed;
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  for (const Slot& slot : slots_) {
    if (Name(slot) == name) return Value(slot);
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Slot& slot : slots_) {
    if (Name(slot) == name) values.push_back(Value(slot));
  }
  return values;
}

bool operator==(const Headers& a, const Headers& b) { return std::ranges::equal(a, b); }

}  // namespace minato::http
