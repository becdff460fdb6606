#include "gateway/transcode/envoy_weaver.h"

#include <cfloat>
#include <cmath>

#include "fmt/format.h"
#include "gateway/transcode/envoy_scalar.h"

namespace minato::gateway {

void BodyPlacer::StartObject(std::string_view name) {
  if (++depth_ == 1) name = Open(name);
  next_.StartObject(name);
}

void BodyPlacer::EndObject() {
  next_.EndObject();
  if (--depth_ == 0) Close();
}

void BodyPlacer::StartList(std::string_view name) {
  if (++depth_ == 1) name = Open(name);
  next_.StartList(name);
}

void BodyPlacer::EndList() {
  next_.EndList();
  if (--depth_ == 0) Close();
}

void BodyPlacer::Scalar(std::string_view name, const JsonScalar& value) {
  const bool root = depth_ == 0;
  next_.Scalar(root ? Open(name) : name, value);
  if (root) Close();
}

std::string_view BodyPlacer::Open(std::string_view name) {
  for (const FieldTable* field : target_) {
    next_.StartObject(name);
    name = field->name;
  }
  return name;
}

void BodyPlacer::Close() {
  for (size_t i = 0; i < target_.size(); ++i) next_.EndObject();
}

void BindingWeaver::StartObject(std::string_view name) {
  if (elsewhere_ == 0 && !open_.empty()) WeaveEntries(*open_.back(), name);
  next_.StartObject(name);
  if (open_.empty() && elsewhere_ == 0) {
    open_.push_back(&root_);
    return;
  }
  if (elsewhere_ == 0) {
    for (BindingNode& child : open_.back()->children) {
      if (child.value == nullptr && child.field->name == name) {
        open_.push_back(&child);
        return;
      }
    }
  }
  ++elsewhere_;
}

void BindingWeaver::EndObject() {
  if (elsewhere_ > 0) {
    --elsewhere_;
  } else {
    Weave(*open_.back());
    open_.pop_back();
  }
  next_.EndObject();
}

void BindingWeaver::StartList(std::string_view name) {
  next_.StartList(name);
  ++elsewhere_;
}

void BindingWeaver::EndList() {
  next_.EndList();
  --elsewhere_;
}

void BindingWeaver::Scalar(std::string_view name, const JsonScalar& value) {
  if (elsewhere_ == 0 && !open_.empty() && !std::holds_alternative<JsonNull>(value)) {
    for (BindingNode& child : open_.back()->children) {
      if (child.value == nullptr || child.key != nullptr || child.met || child.field->name != name) continue;
      if (child.field->is_repeated()) {
        next_.Scalar(name, *child.value);
      } else if (collisions_ == Collisions::kRefuse) {
        Compare(name, *child.value, value);
      }
      child.met = true;
    }
  }
  next_.Scalar(name, value);
}

void BindingWeaver::Weave(BindingNode& node) {
  for (BindingNode& child : node.children) {
    if (child.value == nullptr || child.met) continue;
    if (child.key != nullptr) {
      WeaveEntry(child);
      continue;
    }
    next_.Scalar(child.field->name, *child.value);
    child.met = true;
  }
  for (BindingNode& child : node.children) {
    if (child.value != nullptr || child.met) continue;
    child.met = true;
    bool anything = false;
    for (const BindingNode& inner : child.children) anything = anything || !inner.met;
    if (!anything) continue;
    next_.StartObject(child.field->name);
    Weave(child);
    next_.EndObject();
  }
}

void BindingWeaver::WeaveEntries(BindingNode& node, std::string_view name) {
  for (BindingNode& child : node.children) {
    const bool is_entry = child.key != nullptr && !child.met;
    if (is_entry && (child.field->name == name || child.field->json_name == name)) WeaveEntry(child);
  }
}

void BindingWeaver::WeaveEntry(BindingNode& entry) {
  next_.StartObject(entry.field->name);
  next_.Scalar(*entry.key, *entry.value);
  next_.EndObject();
  entry.met = true;
}

void BindingWeaver::Compare(std::string_view name, const std::string& bound,
                            const JsonScalar& value) {
  const JsonScalar text = bound;
  bool same = true;
  const char* type = nullptr;  // Set if the binding cannot be read as the body's type.
  auto compare = [&](const auto& other, const char* name_of_type, auto equals) {
    if (other.ok()) {
      same = equals(*other);
    } else {
      type = name_of_type;
    }
  };
  if (const auto* flag = std::get_if<bool>(&value)) {
    compare(ToBool(text), "bool", [&](bool other) { return other == *flag; });
  } else if (const auto* below = std::get_if<int64_t>(&value)) {
    compare(ToInteger<int64_t>(text), "int64", [&](int64_t other) { return other == *below; });
  } else if (const auto* natural = std::get_if<uint64_t>(&value)) {
    compare(ToInteger<uint64_t>(text), "uint64", [&](uint64_t other) { return other == *natural; });
  } else if (const auto* real = std::get_if<double>(&value)) {
    compare(ToDouble(text), "double", [&](double other) {
      return std::fabs(static_cast<float>(other) - static_cast<float>(*real)) < 32 * FLT_EPSILON;
    });
  } else if (const auto* string = std::get_if<std::string>(&value)) {
    same = *string == bound;
  }
  if (type != nullptr) {
    status_ = absl::InvalidArgumentError(
        fmt::format("Failed to convert binding value {}:{} to {}", name, ScalarText(text), type));
  } else if (!same) {
    status_ = absl::InvalidArgumentError(fmt::format(
        "The binding value {} of the field {} is conflicting with the value {} in the body.",
        ScalarText(text), name, ScalarText(value)));
  }
}

}  // namespace minato::gateway
