// The messages of a gRPC body (gRPC over HTTP/2, "Length-Prefixed-Message"), however it is cut.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::gateway {

void AppendGrpcFrame(std::string& out, std::string_view message);

class GrpcFrames {
 public:
  enum class Flags {
    kChecked,          // 0
    kMayBeCompressed,  // 0 or 1
    kAtOnce,           // 0 or 1, which says nothing; refused as soon as it is there
  };

  explicit GrpcFrames(Flags flags = Flags::kChecked) : flags_(flags) {}

  enum class Event {
    kMore,     // the input is used up
    kMessage,  // message() is the next one
    kError,    // its flag() is none that is taken
  };

  // Takes the next message, or what there is of it, off the front of `input`.
  Event Next(std::string_view& input);

  // A view into the input, or into what was held; until the next call.
  std::string_view message() const { return message_; }
  uint8_t flag() const { return flag_; }
  Flags flags() const { return flags_; }
  bool compressed() const { return flags_ == Flags::kMayBeCompressed && flag_ == 1; }

  // After kError: goes on with another input.
  void BeginAgain() { held_.clear(); }

  // Bytes of a message that is not complete.
  size_t held_bytes() const { return delivered_ ? 0 : held_.size(); }
  // INTERNAL, in Envoy's words, if the body ended inside a frame.
  Status End() const;

 private:
  bool TakesFlag() const;
  // Moves bytes from the input until `size` are held.
  bool Hold(std::string_view& input, size_t size);

  const Flags flags_;
  std::string held_;
  std::string_view message_;
  uint8_t flag_ = 0;
  bool delivered_ = false;  // message_ is what held_ holds
};

}  // namespace minato::gateway
