#include "gateway/transcode/envoy_reader.h"

#include <optional>

#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/envoy_weaver.h"
#include "gateway/transcode/envoy_writer.h"

namespace minato::gateway {

// From events of the body to one message: below its field, the bindings woven in, written.
class EnvoyReader::Message {
 public:
  Message(const JsonRequest& request, const Bindings& bindings, EnumNames enum_names,
          Collisions collisions)
      : tree_(MakeBindingTree(bindings)), writer_(*request.message, enum_names, status_) {
    input_ = &writer_;
    if (!bindings.empty()) input_ = &weaver_.emplace(tree_, collisions, *input_, status_);
    if (!request.target.empty()) input_ = &placer_.emplace(request.target, *input_);
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  JsonEvents& input() { return *input_; }
  const absl::Status& status() const { return status_; }
  bool done() const { return writer_.done(); }
  std::string& wire() { return writer_.wire(); }

 private:
  absl::Status status_;
  BindingNode tree_;
  EnvoyWriter writer_;
  std::optional<BindingWeaver> weaver_;
  std::optional<BodyPlacer> placer_;
  JsonEvents* input_ = nullptr;
};

// The elements of the array that is the body of a client stream. Envoy hands neither loose enum
// names nor collisions on to them.
class EnvoyReader::Elements : public JsonEvents {
 public:
  explicit Elements(const JsonRequest& request) : request_(request) {}

  void StartObject(std::string_view name) override {
    if (!Begin("Expected an array instead of an object")) return;
    message_->input().StartObject(name);
    ++depth_;
  }
  void EndObject() override {
    if (!status_.ok()) return;
    message_->input().EndObject();
    if (--depth_ == 1) End();
  }
  void StartList(std::string_view name) override {
    if (!status_.ok()) return;
    if (depth_ == 0) {
      ++depth_;
      return;
    }
    Begin("");
    message_->input().StartList(name);
    ++depth_;
  }
  void EndList() override {
    if (!status_.ok()) return;
    if (--depth_ == 0) {
      done_ = true;
      return;
    }
    message_->input().EndList();
    if (depth_ == 1) End();
  }
  void Scalar(std::string_view name, const JsonScalar& value) override {
    if (!Begin("Expected an array instead of a scalar value.")) return;
    message_->input().Scalar(name, value);
    if (depth_ == 1) End();
  }

  const absl::Status& status() const { return status_; }
  bool done() const { return done_; }
  std::vector<std::string>& messages() { return messages_; }

 private:
  // Makes an element's message; false where there can be none.
  bool Begin(std::string_view outside) {
    if (!status_.ok()) return false;
    if (depth_ == 0) {
      status_ = absl::InvalidArgumentError(std::string(outside));
      return false;
    }
    if (depth_ == 1) {
      static const Bindings kNone;
      message_.emplace(request_, first_ ? request_.bindings : kNone, EnumNames::kExact,
                       Collisions::kBodyWins);
      first_ = false;
    }
    return true;
  }
  void End() {
    if (!message_->status().ok()) {
      status_ = message_->status();
    } else if (message_->done()) {
      messages_.push_back(std::move(message_->wire()));
    } else {
      status_ = absl::InvalidArgumentError("Invalid object");
    }
    message_.reset();
  }

  const JsonRequest& request_;
  std::optional<Message> message_;
  std::vector<std::string> messages_;
  absl::Status status_;
  int depth_ = 0;
  bool first_ = true;
  bool done_ = false;
};

EnvoyReader::EnvoyReader(const JsonRequest& request, Shape shape)
    : message_(shape == Shape::kArray ? nullptr
                                      : std::make_unique<Message>(request, request.bindings,
                                                                  request.options.enum_names,
                                                                  request.options.collisions)),
      elements_(shape == Shape::kArray ? std::make_unique<Elements>(request) : nullptr),
      parser_(message_ != nullptr ? message_->input() : static_cast<JsonEvents&>(*elements_)) {}

EnvoyReader::~EnvoyReader() = default;

absl::Status EnvoyReader::Parse(std::string_view piece, std::vector<std::string>& messages) {
  if (finished_ || piece.empty()) return absl::OkStatus();
  seen_input_ = true;
  return ParseChecked(piece, messages);
}

absl::Status EnvoyReader::Finish(std::vector<std::string>& messages) {
  if (finished_) return absl::OkStatus();
  if (!seen_input_) return ParseChecked("{}", messages);
  absl::Status parsed = parser_.Finish();
  if (!parsed.ok()) return parsed;
  // Envoy forgets a number here that ended with the body; we do not.
  return Take(messages);
}

absl::Status EnvoyReader::ParseChecked(std::string_view piece, std::vector<std::string>& messages) {
  absl::Status parsed = parser_.Parse(piece);
  return parsed.ok() ? Take(messages) : parsed;
}

absl::Status EnvoyReader::Take(std::vector<std::string>& messages) {
  if (elements_ != nullptr) {
    for (std::string& message : elements_->messages()) messages.push_back(std::move(message));
    elements_->messages().clear();
    finished_ = elements_->done();
    return elements_->status();
  }
  if (!message_->status().ok()) return message_->status();
  if (message_->done()) {
    messages.push_back(std::move(message_->wire()));
    finished_ = true;
  }
  return absl::OkStatus();
}

}  // namespace minato::gateway
