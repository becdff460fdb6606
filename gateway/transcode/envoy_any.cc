#include "gateway/transcode/envoy_any.h"

#include "fmt/format.h"
#include "gateway/transcode/envoy_scalar.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";

void AppendLengthField(std::string& wire, char tag, std::string_view content) {
  char bytes[kVarintBytesMax];
  wire += tag;
  wire.append(bytes, WriteVarint(bytes, content.size()));
  wire += content;
}

}  // namespace

void EnvoyAny::StartObject(std::string_view name) {
  ++depth_;
  if (inner_ == nullptr) {
    waiting_.push_back(Event{Event::Kind::kStartObject, std::string(name), {}});
  } else if (known_ && depth_ == 1) {
    CheckValueKey(name);
    inner_->StartObject("");
  } else {
    inner_->StartObject(name);
  }
}

bool EnvoyAny::EndObject() {
  --depth_;
  if (inner_ == nullptr) {
    if (depth_ >= 0) waiting_.push_back(Event{Event::Kind::kEndObject, "", {}});
  } else if (depth_ >= 0 || !known_) {
    inner_->EndObject();
  }
  if (depth_ >= 0) return true;
  Write();
  return false;
}

void EnvoyAny::StartList(std::string_view name) {
  ++depth_;
  if (inner_ == nullptr) {
    waiting_.push_back(Event{Event::Kind::kStartList, std::string(name), {}});
  } else if (known_ && depth_ == 1) {
    CheckValueKey(name);
    inner_->StartList("");
  } else {
    inner_->StartList(name);
  }
}

void EnvoyAny::EndList() {
  --depth_;
  if (inner_ == nullptr) {
    waiting_.push_back(Event{Event::Kind::kEndList, "", {}});
  } else {
    inner_->EndList();
  }
}

void EnvoyAny::Scalar(std::string_view name, const JsonScalar& value) {
  if (depth_ == 0 && inner_ == nullptr && name == "@type") {
    SetType(value);
  } else if (inner_ == nullptr) {
    waiting_.push_back(Event{Event::Kind::kScalar, std::string(name), value});
  } else if (depth_ == 0 && known_) {
    CheckValueKey(name);
    if (!inner_->HasScalarForm(inner_->root_)) {
      if (!std::holds_alternative<JsonNull>(value)) Invalid("Any", "Expect a JSON object.");
      return;
    }
    inner_->Begin("", EnvoyWriter::Form::kObject);
    absl::Status written = inner_->WriteKnown(inner_->root_, value);
    if (!written.ok())
      inner_->InvalidValue("Any",
                           std::string_view(written.message().data(), written.message().size()));
    inner_->End();
  } else {
    inner_->Scalar(name, value);
  }
}

void EnvoyAny::SetType(const JsonScalar& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) {
    parent_.InvalidValue("String", ScalarText(value));
    invalid_ = true;
    return;
  }
  type_url_ = *text;
  const MessageTable* table = nullptr;
  if (type_url_.starts_with(kTypePrefix)) {
    table = parent_.root_.schema->Find(std::string_view(type_url_).substr(kTypePrefix.size()));
  }
  if (table == nullptr) {
    parent_.InvalidValue("Any", type_url_.starts_with(kTypePrefix)
                                    ? fmt::format("Invalid type URL, unknown type: {}",
                                                  type_url_.substr(kTypePrefix.size()))
                                    : fmt::format("Invalid type URL, type URLs must be of the form "
                                                  "'type.googleapis.com/<typename>', got: {}",
                                                  type_url_));
    invalid_ = true;
    return;
  }
  inner_ = std::make_unique<EnvoyWriter>(*table, parent_.enum_names_, parent_.status_);
  known_ = inner_->HasScalarForm(*table) || table->well_known == WellKnown::kAny ||
           table->well_known == WellKnown::kStruct;
  if (!known_) inner_->StartObject("");
  for (const Event& event : std::exchange(waiting_, {})) {
    switch (event.kind) {
      case Event::Kind::kStartObject: StartObject(event.name); break;
      case Event::Kind::kEndObject: EndObject(); break;
      case Event::Kind::kStartList: StartList(event.name); break;
      case Event::Kind::kEndList: EndList(); break;
      case Event::Kind::kScalar: Scalar(event.name, event.value); break;
    }
  }
}

void EnvoyAny::CheckValueKey(std::string_view name) {
  if (name != "value") Invalid("Any", "Expect a \"value\" field for well-known types.");
}

void EnvoyAny::Invalid(std::string_view type, std::string_view value) {
  if (invalid_) return;
  parent_.InvalidValue(type, value);
  invalid_ = true;
}

void EnvoyAny::Write() {
  if (inner_ == nullptr) {
    if (!waiting_.empty())
      Invalid("Any", fmt::format("Missing @type for any field in {}", parent_.root_.full_name));
    return;
  }
  std::string& out = parent_.Out();
  AppendLengthField(out, 0x0a, type_url_);
  if (!inner_->wire().empty()) AppendLengthField(out, 0x12, inner_->wire());
}

}  // namespace minato::gateway
