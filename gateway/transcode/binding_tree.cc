#include "gateway/transcode/binding_tree.h"

namespace minato::gateway {
namespace {

BindingNode& ChildMessage(BindingNode& parent, const FieldTable* field) {
  for (BindingNode& child : parent.children) {
    if (child.field == field && child.value == nullptr) return child;
  }
  BindingNode& child = parent.children.emplace_back();
  child.field = field;
  return child;
}

}  // namespace

BindingNode MakeBindingTree(const Bindings& bindings) {
  BindingNode root;
  for (const Binding& binding : bindings) {
    if (binding.path.empty()) continue;
    BindingNode* parent = &root;
    for (size_t i = 0; i + 1 < binding.path.size(); ++i)
      parent = &ChildMessage(*parent, binding.path[i]);
    BindingNode& leaf = parent->children.emplace_back();
    leaf.field = binding.path.back();
    leaf.value = &binding.value;
    leaf.key = binding.key.has_value() ? &*binding.key : nullptr;
  }
  return root;
}

}  // namespace minato::gateway
