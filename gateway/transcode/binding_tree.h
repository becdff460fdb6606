#pragma once

#include <string>
#include <vector>

#include "gateway/transcode/binding.h"

namespace minato::gateway {

// Bindings arranged as the messages they go into. A node is a message on the way (children) or a
// value. Points into the bindings it was made from.
struct BindingNode {
  const FieldTable* field = nullptr;   // nullptr at the root
  const std::string* value = nullptr;  // Set: a leaf.
  const std::string* key = nullptr;    // Set with it: an entry of a map.
  std::vector<BindingNode> children;  // Messages, one a field, and leaves, one a binding, in order.
  bool met = false;  // The body has the field: nothing is left to write at the end.
};

BindingNode MakeBindingTree(const Bindings& bindings);

}  // namespace minato::gateway
