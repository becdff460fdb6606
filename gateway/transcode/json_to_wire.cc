#include "gateway/transcode/json_to_wire.h"

#include <algorithm>
#include <optional>
#include <span>

#include "fmt/format.h"
#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/envoy_reader.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/sink.h"

namespace minato::gateway {
namespace {

constexpr size_t kBindingBytesGuess = 64;

absl::Status ToStatus(const JsonError& error) {
  return absl::InvalidArgumentError(
      fmt::format("{}{}{}", error.path, error.path.empty() ? "" : ": ", error.what));
}

absl::Status ToStatus(const JsonError& error, std::string_view text, TextPosition position) {
  position.Advance(text.substr(0, std::min(error.offset, text.size())));
  return absl::InvalidArgumentError(fmt::format("{}{}{} (line {}, column {})", error.path,
                                                error.path.empty() ? "" : ": ", error.what,
                                                position.line, position.column));
}

// Where a text begins in what the client sent.
struct Place {
  TextPosition position;
  std::optional<size_t> element = std::nullopt;  // Of the array that is the body.
};

absl::Status ReadOne(const JsonRequest& request, const Bindings& bindings, std::string_view text,
                     const Place& place, std::string& wire) {
  BindingNode tree = MakeBindingTree(bindings);
  // Wire is mostly shorter than JSON.
  Sink sink(wire, text.size() + kBindingBytesGuess);
  JsonReader reader(text, request.options, sink);
  const bool read = reader.Read(*request.message, request.target, tree);
  sink.Close();
  if (read) return absl::OkStatus();
  JsonError& error = reader.error();
  if (place.element.has_value()) {
    const bool joined = error.path.empty() || error.path.front() == '[';
    error.path.insert(0, fmt::format("[{}]{}", *place.element, joined ? "" : "."));
  }
  return ToStatus(error, text, place.position);
}

// What the strict reader refuses is read again by the faithful one, from the pieces it came in. `cut_off`: that piece
// by piece nothing was wrong.
absl::Status ReadAsEnvoy(const JsonRequest& request, std::string_view body,
                         std::span<const size_t> piece_ends, std::string& wire, bool& cut_off) {
  EnvoyReader reader(request, EnvoyReader::Shape::kMessage);
  std::vector<std::string> messages;
  size_t begin = 0;
  for (size_t end : piece_ends) {
    absl::Status parsed = reader.Parse(body.substr(begin, end - begin), messages);
    if (!parsed.ok()) return parsed;
    begin = end;
  }
  cut_off = true;
  absl::Status finished = reader.Finish(messages);
  if (!finished.ok()) return finished;
  if (messages.empty()) return absl::InvalidArgumentError("the body is no message");
  wire += messages.front();
  return absl::OkStatus();
}

// Envoy writes the way to the body's field as JSON, too: a list gets an element, a map an entry of the field's name, as
// does a google.protobuf.Struct.
bool LeadsThroughJson(const FieldPath& target) {
  return IsBelowRepeated(target) || std::any_of(target.begin(), target.end(), [](const FieldTable* field) {
           const WellKnown type = field->parent->well_known;
           return type == WellKnown::kStruct || type == WellKnown::kValue || type == WellKnown::kListValue;
         });
}

absl::Status Read(const JsonRequest& request, std::string_view body,
                  std::span<const size_t> piece_ends, std::string& wire, bool& cut_off) {
  const bool as_envoy = request.options.dialect == Dialect::kEnvoy;
  if (as_envoy && LeadsThroughJson(request.target)) return ReadAsEnvoy(request, body, piece_ends, wire, cut_off);
  const size_t before = wire.size();
  absl::Status read =
      ReadOne(request, request.bindings, body.empty() ? "{}" : body, Place(), wire);
  if (read.ok() || !as_envoy) return read;
  wire.resize(before);
  return ReadAsEnvoy(request, body, piece_ends, wire, cut_off);
}

}  // namespace

absl::Status JsonToWire(const JsonRequest& request, std::string_view body, std::string& wire) {
  const size_t end = body.size();
  bool cut_off = false;
  return Read(request, body, std::span(&end, body.empty() ? 0 : 1), wire, cut_off);
}

absl::Status BindingsToWire(const JsonRequest& request, std::string& wire) {
  const size_t before = wire.size();
  BindingNode tree = MakeBindingTree(request.bindings);
  Sink sink(wire, kBindingBytesGuess);
  JsonReader reader("", request.options, sink);
  const bool written = reader.ReadNothing(*request.message, tree);
  sink.Close();
  if (written) return absl::OkStatus();
  if (request.options.dialect == Dialect::kStrict) return ToStatus(reader.error());
  wire.resize(before);
  bool cut_off = false;
  return ReadAsEnvoy(request, "", {}, wire, cut_off);  // In its words.
}

JsonBody::JsonBody(const JsonRequest& request, Shape shape) : request_(request), shape_(shape) {
  if (shape == Shape::kArray && request.options.dialect == Dialect::kEnvoy) {
    envoy_ = std::make_unique<EnvoyReader>(request, EnvoyReader::Shape::kArray);
  }
}

JsonBody::~JsonBody() = default;

absl::Status JsonBody::Feed(std::string_view piece, std::vector<std::string>& messages) {
  if (envoy_ != nullptr) return envoy_->Parse(piece, messages);
  if (shape_ == Shape::kArray) return ReadElements(piece, messages);
  if (piece.empty()) return absl::OkStatus();
  held_.append(piece);
  piece_ends_.push_back(held_.size());
  return absl::OkStatus();
}

absl::Status JsonBody::Finish(std::vector<std::string>& messages) {
  if (envoy_ != nullptr) {
    cut_off_ = true;
    return envoy_->Finish(messages);
  }
  if (shape_ == Shape::kMessage) {
    std::string message;
    absl::Status read = Read(request_, held_, piece_ends_, message, cut_off_);
    if (read.ok()) messages.push_back(std::move(message));
    return read;
  }
  return splitter_.closed() ? absl::OkStatus() : splitter_.error();
}

absl::Status JsonBody::ReadElements(std::string_view text, std::vector<std::string>& messages) {
  static const Bindings kNone;
  for (;;) {
    switch (splitter_.Next(text)) {
      case ArraySplitter::Event::kMore:
      case ArraySplitter::Event::kEnd: return absl::OkStatus();
      case ArraySplitter::Event::kError: return splitter_.error();
      case ArraySplitter::Event::kElement: break;
    }
    std::string message;
    absl::Status read = ReadOne(request_, elements_ == 0 ? request_.bindings : kNone, splitter_.element(),
                                {splitter_.element_position(), elements_}, message);
    if (!read.ok()) return read;
    ++elements_;
    messages.push_back(std::move(message));
  }
}

std::vector<std::string> MentionedFields(const MessageTable& message, std::string_view body) {
  const JsonReadOptions options;
  std::string unused;
  Sink sink(unused, 0);
  FieldMentions mentions;
  if (!JsonReader(body, options, sink).ReadMentions(message, mentions)) return {};
  return std::move(mentions).Take();
}

}  // namespace minato::gateway
