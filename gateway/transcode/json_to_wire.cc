#include "gateway/transcode/json_to_wire.h"

#include "fmt/format.h"
#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/sink.h"

namespace minato::gateway {
namespace {

constexpr size_t kBindingBytesGuess = 64;

absl::Status ToStatus(const JsonError& error) {
  return absl::InvalidArgumentError(fmt::format("{}{}{}", error.path, error.path.empty() ? "" : ": ", error.what));
}

absl::Status ToStatus(const JsonError& error, std::string_view text, TextPosition position) {
  position.Advance(text.substr(0, std::min(error.offset, text.size())));
  return absl::InvalidArgumentError(fmt::format("{}{}{} (line {}, column {})", error.path,
                                                error.path.empty() ? "" : ": ", error.what, position.line,
                                                position.column));
}

// `start` is where the text begins in what the client sent.
absl::Status ReadOne(const JsonRequest& request, const Bindings& bindings, std::string_view text, TextPosition start,
                     std::string& wire) {
  BindingNode tree = MakeBindingTree(bindings);
  // Wire is mostly shorter than JSON.
  Sink sink(wire, text.size() + kBindingBytesGuess);
  JsonReader reader(text, request.options, sink);
  const bool read = reader.Read(*request.message, request.target, tree);
  sink.Close();
  return read ? absl::OkStatus() : ToStatus(reader.error(), text, start);
}

}  // namespace

absl::Status JsonToWire(const JsonRequest& request, std::string_view body, std::string& wire) {
  return ReadOne(request, request.bindings, body.empty() ? "{}" : body, TextPosition(), wire);
}

absl::Status BindingsToWire(const JsonRequest& request, std::string& wire) {
  BindingNode tree = MakeBindingTree(request.bindings);
  Sink sink(wire, kBindingBytesGuess);
  JsonReader reader("", request.options, sink);
  const bool written = reader.ReadNothing(*request.message, tree);
  sink.Close();
  return written ? absl::OkStatus() : ToStatus(reader.error());
}

absl::Status JsonBody::Feed(std::string_view piece, std::vector<std::string>& messages) {
  if (shape_ == Shape::kArray) return ReadElements(piece, messages);
  held_.append(piece);
  return absl::OkStatus();
}

absl::Status JsonBody::Finish(std::vector<std::string>& messages) {
  if (shape_ == Shape::kMessage) return JsonToWire(request_, held_, messages.emplace_back());
  return splitter_.closed() ? absl::OkStatus() : splitter_.error();
}

absl::Status JsonBody::ReadElements(std::string_view text, std::vector<std::string>& messages) {
  static const Bindings kNone;
  for (;;) {
    switch (splitter_.Next(text)) {
      case ArraySplitter::Event::kMore: case ArraySplitter::Event::kEnd: return absl::OkStatus();
      case ArraySplitter::Event::kError: return splitter_.error();
      case ArraySplitter::Event::kElement: break;
    }
    std::string message;
    absl::Status read = ReadOne(request_, elements_++ == 0 ? request_.bindings : kNone, splitter_.element(),
                                splitter_.element_position(), message);
    if (!read.ok()) return read;
    messages.push_back(std::move(message));
  }
}

}  // namespace minato::gateway
