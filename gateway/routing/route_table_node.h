#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/route_table.h"

namespace minato::gateway {

// A rule that ends at a node.
struct RouteTable::Entry {
  std::string http_method;
  std::string verb;
  const Route* route = nullptr;
  bool is_duplicate = false;  // Two rules met here: it hides wider templates, and leads nowhere.
};

// A place in the tree of templates. Children are indices into RouteTable::nodes_, 0 for none (the root is no child).
struct RouteTable::Node {
  struct Literal {
    std::string text;
    uint32_t child = 0;
  };

  const Entry* FindEntry(std::string_view http_method, std::string_view verb) const;
  // 0 if there is none.
  uint32_t FindChild(std::string_view text) const;
  std::vector<Literal>::iterator LowerBound(std::string_view text);

  std::vector<Literal> literals;  // Shorter before longer, then by their bytes.
  uint32_t star = 0;
  uint32_t double_star = 0;
  bool is_double_star = false;
  std::vector<Entry> entries;
};

}  // namespace minato::gateway
