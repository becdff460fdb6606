#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minato::http {

struct HeaderField {
  std::string name;  // Lower case.
  std::string value;

  friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Header fields in order of arrival; a name may occur more than once.
//
// Names are lowered when they come in; a name asked for must already be lower case. Values are kept as they are:
// whoever writes them to a peer refuses what cannot stand in a header.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  void Add(std::string_view name, std::string_view value);
  // Takes out every field of that name, then adds this one at the end.
  void Set(std::string_view name, std::string_view value);
  // The number of fields taken out.
  size_t Remove(std::string_view name);
  void clear() { fields_.clear(); }
  void reserve(size_t fields) { fields_.reserve(fields); }

  // The first value. The view lives until the next change.
  std::optional<std::string_view> Find(std::string_view name) const;
  bool Has(std::string_view name) const { return Find(name).has_value(); }
  std::vector<std::string_view> FindAll(std::string_view name) const;

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  std::vector<HeaderField>::const_iterator begin() const { return fields_.begin(); }
  std::vector<HeaderField>::const_iterator end() const { return fields_.end(); }

  friend bool operator==(const Headers&, const Headers&) = default;

 private:
  std::vector<HeaderField> fields_;
};

}  // namespace minato::http
