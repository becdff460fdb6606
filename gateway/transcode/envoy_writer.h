#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/transcode/envoy_events.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/schema.h"

namespace minato::gateway {

class EnvoyAny;

// JSON events to the wire form of one message, accepting what Envoy accepts. A failure does not
// stop it: it is left in the status, of several the last one, and what is written then has no
// meaning.
class EnvoyWriter : public JsonEvents {
 public:
  // `message` and `status` must outlive the writer.
  EnvoyWriter(const MessageTable& message, EnumNames enum_names, absl::Status& status);
  ~EnvoyWriter() override;

  void StartObject(std::string_view name) override;
  void EndObject() override;
  void StartList(std::string_view name) override;
  void EndList() override;
  void Scalar(std::string_view name, const JsonScalar& value) override;

  bool done() const { return done_; }
  std::string& wire() { return wire_; }

 private:
  friend class EnvoyAny;

  // A message or list being written.
  struct Element {
    const MessageTable* table = nullptr;
    const FieldTable* field = nullptr;  // That it is the value of; nullptr at the root.
    bool of_root = false;  // The field as the root's type has it: to Envoy it is not the same further inside.
    bool list = false;
    int index = 0;     // Of a list: elements so far.
    std::string wire;  // Of a message.
    std::set<int32_t> oneofs;
    std::set<const FieldTable*> seen;  // proto2: to tell which required ones are missing.
  };
  enum class Shape { kMessage, kMap, kAny };
  // What the JSON nests: one element each, some of them without a counterpart in the text.
  struct Item {
    Shape shape = Shape::kMessage;
    bool implied = false;
    bool list = false;
    std::set<std::string, std::less<>> map_keys;
    std::unique_ptr<EnvoyAny> any;
  };
  enum class Form { kObject, kList };

  // The message level: fields by name, as the wire has them.
  void Begin(std::string_view name, Form form);
  void End();
  void WriteScalar(std::string_view name, const JsonScalar& value);
  void WritePrimitive(const FieldTable& field, bool of_root, const JsonScalar& value);
  const FieldTable* Named(std::string_view name, Form form);
  const FieldTable* Lookup(std::string_view name);
  bool TakeOneof(const FieldTable& field, std::string_view name);
  void Push(const FieldTable& field, bool of_root, Form form);
  // What a name stands for there; without one, the field that is open.
  bool IsOfRoot(std::string_view name) const {
    return name.empty() && !elements_.empty() ? elements_.back().of_root : elements_.size() == 1;
  }
  std::string& Out();  // Of the innermost message.

  // The JSON level: maps, well-known types and Any.
  void Open(std::string_view name, Shape shape, bool implied, Form form);
  void Close();
  bool NewMapKey(std::string_view name);
  void OpenMapEntry(std::string_view name);
  void OpenInside(const FieldTable& field, std::string_view name);
  void ScalarInMap(std::string_view name, const JsonScalar& value);
  bool HasScalarForm(const MessageTable& table) const;
  absl::Status WriteKnown(const MessageTable& table, const JsonScalar& value);
  void WriteKnownField(const FieldTable& field, std::string_view name, const JsonScalar& value);
  const FieldTable* top_field() const {
    return elements_.empty() ? nullptr : elements_.back().field;
  }

  std::string Location(const FieldTable* leaf = nullptr, bool leaf_of_root = false) const;
  void InvalidName(std::string_view why);
  void InvalidValue(std::string_view type, std::string_view value);
  void InvalidAt(std::string_view location, std::string_view type, std::string_view value);

  const MessageTable& root_;
  const EnumNames enum_names_;
  absl::Status& status_;
  std::vector<Element> elements_;
  std::vector<Item> items_;
  int ignored_ = 0;  // Levels open inside something that is left out.
  bool done_ = false;
  std::string wire_;
  size_t root_bytes_ = 0;  // At the end of wire_: the root and those in front of it.
};

}  // namespace minato::gateway
