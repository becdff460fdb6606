#include "http/headers.h"

#include <algorithm>

#include "http/http1_chars.h"

namespace minato::http {

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) Add(name, value);
}

void Headers::Add(std::string_view name, std::string_view value) {
  HeaderField& field = fields_.emplace_back();
  field.name.resize(name.size());
  std::transform(name.begin(), name.end(), field.name.begin(), ToLower);
  field.value = value;
}

void Headers::Set(std::string_view name, std::string_view value) {
  Remove(name);
  Add(name, value);
}

size_t Headers::Remove(std::string_view name) {
  return std::erase_if(fields_, [&](const HeaderField& field) { return field.name == name; });
}

std::optional<std::string_view> Headers::Find(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::FindAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HeaderField& field : fields_) {
    if (field.name == name) values.push_back(field.value);
  }
  return values;
}

}  // namespace minato::http
