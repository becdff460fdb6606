// A YAML (or JSON) file as a tree that knows where everything stands. yaml-cpp reads it, by events: bounds hold while
// it reads, not after.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/status.h"

namespace minato::gateway::config {

struct YamlLimits {
  size_t bytes_max = 16 << 20;           // room for a descriptor set in base64
  size_t marks_max = 1 << 21;            // of [ { , : ? & * ! " ' wherever they stand: yaml-cpp holds a token for each
  int depth_max = 64;                    // lists and maps inside each other, aliases followed
  size_t nodes_max = 1 << 18;            // as written
  size_t expanded_nodes_max = 1 << 20;   // each alias counted as what it stands for
  size_t expanded_bytes_max = 64 << 20;  // of scalars and keys, likewise
};

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry {
    std::string key;
    int line = 0;
    const YamlNode* value = nullptr;
  };

  Kind kind = Kind::kNull;
  int line = 0;         // from 1
  bool quoted = false;  // a scalar that is a string whatever it looks like
  std::string text;
  std::vector<const YamlNode*> items;
  std::vector<Entry> entries;  // no key twice
};

// Nodes are shared where the file has aliases. Immutable once parsed.
class YamlDocument {
 public:
  // InvalidArgument, beginning with "FILE:LINE: ", for what is no YAML, no document at all, or beyond a limit; for a key
  // that is no scalar; for tags (but !!str, and Envoy's !ignore, which drops an entry).
  static StatusOr<YamlDocument> Parse(std::string_view text, std::string_view file_name, const YamlLimits& limits = {});

  const YamlNode& root() const { return *root_; }
  // What Envoy passes over without a word: of a key that stands twice the first one, of documents all but the first.
  // Each begins with "FILE:LINE: "; at most kWarningsMax.
  static constexpr size_t kWarningsMax = 20;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  friend class YamlBuilder;
  YamlDocument() = default;

  std::deque<YamlNode> nodes_;
  const YamlNode* root_ = nullptr;
  std::vector<std::string> warnings_;
};

}  // namespace minato::gateway::config
