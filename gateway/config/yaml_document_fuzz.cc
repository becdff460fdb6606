// Any bytes are read as a tree within small limits, aliases followed, or refused with a place; and what is read within
// them is read the same without.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/config/yaml_document.h"
#include "runtime/check.h"

namespace minato::gateway::config {
namespace {

// Small, so that inputs of a few hundred bytes reach every limit.
constexpr YamlLimits kLimits = {.bytes_max = 1 << 10,
                                .marks_max = 256,
                                .depth_max = 6,
                                .nodes_max = 64,
                                .expanded_nodes_max = 128,
                                .expanded_bytes_max = 2 << 10};

struct Size {
  size_t nodes = 0;
  size_t bytes = 0;
  int depth = 0;
};

// As a reader meets it, which does not know of aliases.
void Walk(const YamlNode& node, int depth, Size& size) {
  size.depth = std::max(size.depth, depth);
  ++size.nodes;
  size.bytes += node.text.size();
  CHECK(size.nodes <= kLimits.expanded_nodes_max && size.bytes <= kLimits.expanded_bytes_max);
  CHECK(node.line > 0);
  for (const YamlNode* item : node.items) Walk(*item, depth + 1, size);
  for (const YamlNode::Entry& entry : node.entries) {
    size.bytes += entry.key.size();
    Walk(*entry.value, depth + 1, size);
  }
}

void CheckSame(const YamlNode& a, const YamlNode& b) {
  CHECK(a.kind == b.kind && a.line == b.line && a.quoted == b.quoted && a.text == b.text);
  CHECK(a.items.size() == b.items.size() && a.entries.size() == b.entries.size());
  for (size_t i = 0; i < a.items.size(); ++i) CheckSame(*a.items[i], *b.items[i]);
  for (size_t i = 0; i < a.entries.size(); ++i) {
    CHECK(a.entries[i].key == b.entries[i].key && a.entries[i].line == b.entries[i].line);
    CheckSame(*a.entries[i].value, *b.entries[i].value);
  }
}

void Run(std::string_view text) {
  const StatusOr<YamlDocument> unbounded = YamlDocument::Parse(text, "f.yaml");
  const StatusOr<YamlDocument> bounded = YamlDocument::Parse(text, "f.yaml", kLimits);
  for (const auto* document : {&unbounded, &bounded}) {
    CHECK(document->ok() || MessageOf(document->status()).starts_with("f.yaml:"));
  }
  if (!bounded.ok()) return;
  CHECK(text.size() <= kLimits.bytes_max);
  Size size;
  // A leaf is no level.
  Walk(bounded->root(), 0, size);
  CHECK(size.depth <= kLimits.depth_max);
  CHECK(unbounded.ok());
  CheckSame(bounded->root(), unbounded->root());
}

}  // namespace
}  // namespace minato::gateway::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::config::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
