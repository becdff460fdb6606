#include "gateway/config/closest_name.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace minato::gateway::config {
namespace {

constexpr size_t kEditsMax = 2;
constexpr size_t kWordMax = 80;  // bytes; longer words are no names of Envoy's

std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return plain;
}

// Levenshtein's: how many letters to put in, take out or change.
size_t Edits(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view ClosestName(std::string_view word, std::string_view names) {
  if (word.size() > kWordMax) return {};
  const std::string plain = Plain(word);
  std::string_view closest;
  // A short word is soon two letters from any other.
  size_t fewest = std::min(kEditsMax, plain.size() / 3) + 1;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const size_t edits = Edits(plain, Plain(name));
    if (edits >= fewest) continue;
    fewest = edits;
    closest = name;
  }
  return closest;
}

}  // namespace minato::gateway::config
