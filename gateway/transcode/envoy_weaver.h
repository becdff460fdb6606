#pragma once

#include <vector>

#include "absl/status/status.h"
#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/envoy_events.h"
#include "gateway/transcode/json_read_options.h"

namespace minato::gateway {

// Puts the events of a body below the field it is for: `{` name `:` ... `}` around them.
class BodyPlacer : public JsonEvents {
 public:
  BodyPlacer(const FieldPath& target, JsonEvents& next) : target_(target), next_(next) {}

  void StartObject(std::string_view name) override;
  void EndObject() override;
  void StartList(std::string_view name) override;
  void EndList() override;
  void Scalar(std::string_view name, const JsonScalar& value) override;

 private:
  std::string_view Open(std::string_view name);
  void Close();

  const FieldPath& target_;
  JsonEvents& next_;
  int depth_ = 0;
};

// Adds the bindings the body leaves unset, at the end of the object they belong to. A field counts
// as set if the body names it as the .proto does.
class BindingWeaver : public JsonEvents {
 public:
  // All must outlive the weaver; `status` is told of collisions.
  BindingWeaver(BindingNode& bindings, Collisions collisions, JsonEvents& next,
                absl::Status& status)
      : root_(bindings), collisions_(collisions), next_(next), status_(status) {}

  void StartObject(std::string_view name) override;
  void EndObject() override;
  void StartList(std::string_view name) override;
  void EndList() override;
  void Scalar(std::string_view name, const JsonScalar& value) override;

 private:
  void Weave(BindingNode& node);
  // The entries of the map that the body calls `name`, in front of its own, which then win.
  void WeaveEntries(BindingNode& node, std::string_view name);
  void WeaveEntry(BindingNode& entry);
  void Compare(std::string_view name, const std::string& bound, const JsonScalar& value);

  BindingNode& root_;
  const Collisions collisions_;
  JsonEvents& next_;
  absl::Status& status_;
  std::vector<BindingNode*> open_;
  int elsewhere_ = 0;  // Objects and lists open in which nothing is bound.
};

}  // namespace minato::gateway
