#include "gateway/config/yaml_document.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "gateway/transcode/utf8.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kQuoted = "!";
constexpr std::string_view kPlain = "?";
constexpr std::string_view kString = "tag:yaml.org,2002:str";
constexpr std::string_view kIgnore = "!ignore";

// The only way out of yaml-cpp's parser; never leaves this file.
struct Refused {
  int line;
  std::string why;
};

int LineOf(const YAML::Mark& mark) { return std::max(mark.line + 1, 1); }

// yaml-cpp reads a list or map in brackets to its end, and holds all of its tokens, before it tells that it begins. So
// what could be tokens is counted first.
Status CheckMarks(std::string_view text, std::string_view file_name, const YamlLimits& limits) {
  size_t brackets = 0;
  size_t marks = 0;
  for (const char c : text) {
    switch (c) {
      case '[':
      case '{': ++brackets; [[fallthrough]];
      case ',':
      case ':':
      case '?':
      case '&':
      case '*':
      case '!':
      case '"':
      case '\'': ++marks; break;
      default: break;
    }
  }
  if (brackets > limits.nodes_max) {
    return InvalidArgument("{}: more than {} brackets that open, of which each may be a value", file_name,
                           limits.nodes_max);
  }
  if (marks > limits.marks_max) {
    return InvalidArgument("{}: more than {} characters that mean something to YAML", file_name, limits.marks_max);
  }
  return OkStatus();
}

}  // namespace

class YamlBuilder : public YAML::EventHandler {
 public:
  YamlBuilder(std::string_view file_name, const YamlLimits& limits, YamlDocument& document)
      : file_name_(file_name), limits_(limits), document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Refused{LineOf(mark), "a second document begins; only the first one counts"};
  }
  void OnDocumentEnd() override {}

  // Behind the first document.
  void WarnOfMore(YAML::Parser& parser) {
    try {
      parser.HandleNextDocument(*this);
    } catch (const Refused& more) {
      Warn(more.line, more.why);
    } catch (const YAML::Exception& error) {
      Warn(LineOf(error.mark), "a second document that is no YAML; only the first one counts");
    }
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (AtKey()) throw Refused{LineOf(mark), "a key is missing"};
    Leaf(New(YamlNode::Kind::kNull, mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (AtKey()) return Key(mark, tag, anchor, value);
    YamlNode& node = New(YamlNode::Kind::kScalar, mark);
    if (tag != kQuoted && tag != kPlain && !tag.empty() && tag != kString) {
      throw Refused{LineOf(mark), fmt::format("the tag {} is not supported", tag)};
    }
    node.quoted = tag == kQuoted || tag == kString;
    node.text = value;
    Leaf(node, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (AtKey()) throw Refused{LineOf(mark), "an alias cannot be a key"};
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refused{LineOf(mark), "an alias stands inside what it stands for"};
    Attach(*found->second.node, found->second.size, LineOf(mark));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  // What a node comes to when its aliases are followed.
  struct Size {
    size_t nodes = 1;
    size_t bytes = 0;
    int depth = 0;
  };
  struct Anchored {
    const YamlNode* node;
    Size size;
  };
  struct Frame {
    YamlNode* node = nullptr;
    YAML::anchor_t anchor = 0;
    Size size;
    // Of a map, between a key and its value.
    bool has_key = false;
    bool dropped = false;
    std::string key;
    int key_line = 0;
  };

  bool AtKey() const {
    return !frames_.empty() && frames_.back().node->kind == YamlNode::Kind::kMap && !frames_.back().has_key;
  }

  YamlNode& New(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (document_.nodes_.size() >= limits_.nodes_max) {
      throw Refused{LineOf(mark), fmt::format("more than {} values", limits_.nodes_max)};
    }
    YamlNode& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.line = LineOf(mark);
    return node;
  }

  void Key(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& key) {
    Frame& frame = frames_.back();
    const int line = LineOf(mark);
    if (tag != kQuoted && tag != kPlain && !tag.empty() && tag != kString && tag != kIgnore) {
      throw Refused{line, fmt::format("the tag {} is not supported", tag)};
    }
    if (anchor != 0) throw Refused{line, "an anchor on a key is not supported"};
    if (key == "<<" && tag != kQuoted) throw Refused{line, "the merge key << is not supported"};
    frame.has_key = true;
    frame.dropped = tag == kIgnore;
    frame.key = key;
    frame.key_line = line;
  }

  void Leaf(YamlNode& node, YAML::anchor_t anchor) {
    const Size size{.bytes = node.text.size()};
    if (anchor != 0) anchors_[anchor] = {&node, size};
    Attach(node, size, node.line);
  }

  void Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (AtKey()) throw Refused{LineOf(mark), "a key must be a string"};
    if (!tag.empty() && tag != kPlain) throw Refused{LineOf(mark), fmt::format("the tag {} is not supported", tag)};
    if (static_cast<int>(frames_.size()) >= limits_.depth_max) TooDeep(LineOf(mark));
    Frame& frame = frames_.emplace_back();
    frame.node = &New(kind, mark);
    frame.anchor = anchor;
    frame.size.depth = 1;
  }

  void Close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.anchor != 0) anchors_[frame.anchor] = {frame.node, frame.size};
    Attach(*frame.node, frame.size, frame.node->line);
  }

  void Attach(const YamlNode& node, const Size& size, int line) {
    if (frames_.empty()) {
      document_.root_ = &node;
      return;
    }
    Frame& frame = frames_.back();
    frame.size.nodes += size.nodes;
    frame.size.bytes += size.bytes + frame.key.size();
    frame.size.depth = std::max(frame.size.depth, size.depth + 1);
    if (static_cast<int>(frames_.size()) + size.depth > limits_.depth_max) TooDeep(line);
    if (frame.size.nodes > limits_.expanded_nodes_max) {
      throw Refused{line, fmt::format("more than {} values once aliases are followed", limits_.expanded_nodes_max)};
    }
    if (frame.size.bytes > limits_.expanded_bytes_max) {
      throw Refused{line, fmt::format("more than {} bytes once aliases are followed", limits_.expanded_bytes_max)};
    }
    if (frame.node->kind == YamlNode::Kind::kList) {
      frame.node->items.push_back(&node);
      return;
    }
    if (!frame.dropped) Insert(frame, node);
    frame.has_key = false;
    frame.key.clear();
  }

  void Insert(Frame& frame, const YamlNode& node) {
    const auto [known, fresh] = entries_.try_emplace({frame.node, frame.key}, frame.node->entries.size());
    if (!fresh) {
      YamlNode::Entry& entry = frame.node->entries[known->second];
      Warn(entry.line, fmt::format("the key \"{}\" stands twice; as in Envoy this one is passed over, line {} counts",
                                   frame.key, frame.key_line));
      entry.line = frame.key_line;
      entry.value = &node;
      return;
    }
    frame.node->entries.push_back({std::move(frame.key), frame.key_line, &node});
  }

  void Warn(int line, std::string_view why) {
    if (document_.warnings_.size() == YamlDocument::kWarningsMax) return;
    document_.warnings_.push_back(fmt::format("{}:{}: {}", file_name_, line, why));
  }

  [[noreturn]] void TooDeep(int line) const {
    throw Refused{line, fmt::format("more than {} lists and maps inside each other", limits_.depth_max)};
  }

  const std::string_view file_name_;
  const YamlLimits& limits_;
  YamlDocument& document_;
  int documents_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::map<std::pair<const YamlNode*, std::string>, size_t> entries_;  // by map and key, the place in its entries
};

StatusOr<YamlDocument> YamlDocument::Parse(std::string_view text, std::string_view file_name,
                                           const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return InvalidArgument("{}: {} bytes, more than {}", file_name, text.size(), limits.bytes_max);
  }
  if (Utf8Prefix(text) != text.size() || text.find('\0') != text.npos) {
    return InvalidArgument("{}: not UTF-8 text", file_name);
  }
  TRY(CheckMarks(text, file_name, limits));
  YamlDocument document;
  YamlBuilder builder(file_name, limits, document);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    builder.WarnOfMore(parser);
  } catch (const Refused& refused) {
    return InvalidArgument("{}:{}: {}", file_name, refused.line, refused.why);
  } catch (const YAML::Exception& error) {
    return InvalidArgument("{}:{}: {}", file_name, LineOf(error.mark), error.msg);
  }
  if (document.root_ == nullptr) return InvalidArgument("{}: the file is empty", file_name);
  return document;
}

}  // namespace minato::gateway::config
