#include "gateway/filters/header_mutations.h"

#include <algorithm>

#include "gateway/filters/repeated_headers.h"

namespace minato::gateway {
namespace {

using config::HeaderToAdd;
using Action = HeaderToAdd::Action;

// The views of a request, asked and changed as http::Headers are.
class Views {
 public:
  explicit Views(HeaderViews& headers) : headers_(headers) {}

  bool Has(std::string_view name) const {
    return std::any_of(headers_.begin(), headers_.end(), [&](const auto& header) { return header.first == name; });
  }
  void Remove(std::string_view name) {
    const auto is_it = [&](const auto& header) { return header.first == name; };
    headers_.erase(std::remove_if(headers_.begin(), headers_.end(), is_it), headers_.end());
  }
  void AddLowered(std::string_view name, std::string_view value) { headers_.emplace_back(name, value); }

 private:
  HeaderViews& headers_;
};

// What is to be done is decided for all headers before any is added, and those that replace others come first.
template <typename Headers>
void Apply(const config::HeaderMutations& level, Headers& headers) {
  for (const std::string& name : level.remove) headers.Remove(name);
  absl::InlinedVector<const HeaderToAdd*, 16> replacing, appended;
  for (const HeaderToAdd& header : level.add) {
    switch (header.action) {
      case Action::kAppendIfExistsOrAdd:
        appended.push_back(&header);
        break;
      case Action::kAddIfAbsent:
        if (!headers.Has(header.name)) appended.push_back(&header);
        break;
      case Action::kOverwriteIfExistsOrAdd:
        replacing.push_back(&header);
        break;
      case Action::kOverwriteIfExists:
        if (headers.Has(header.name)) replacing.push_back(&header);
        break;
    }
  }
  for (const HeaderToAdd* const header : replacing) {
    headers.Remove(header->name);
    headers.AddLowered(header->name, header->value);
  }
  for (const HeaderToAdd* const header : appended) headers.AddLowered(header->name, header->value);
}

}  // namespace

void Mutate(const HeaderLevels& levels, HeaderViews& headers, std::list<std::string>& values) {
  Views views(headers);
  for (const config::HeaderMutations* const level : levels) Apply(*level, views);
  JoinRepeated(headers, values);
}

void Mutate(const HeaderLevels& levels, http::Headers& headers) {
  for (const config::HeaderMutations* const level : levels) Apply(*level, headers);
  JoinRepeated(headers);
}

}  // namespace minato::gateway
