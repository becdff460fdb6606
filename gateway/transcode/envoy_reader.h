#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/transcode/envoy_parser.h"
#include "gateway/transcode/json_to_wire.h"

namespace minato::gateway {

// The slow faithful reader: a JSON body to wire messages with Envoy's leniency, oddities and error
// texts. Pieces must be those that came in, for what is said depends on them; what comes after a
// whole message is not looked at.
class EnvoyReader {
 public:
  enum class Shape { kMessage, kArray };

  // `request` must outlive the reader.
  EnvoyReader(const JsonRequest& request, Shape shape);
  ~EnvoyReader();

  // Appends the messages that became whole. After an error nothing more may be parsed.
  absl::Status Parse(std::string_view piece, std::vector<std::string>& messages);
  absl::Status Finish(std::vector<std::string>& messages);

 private:
  class Message;
  class Elements;

  absl::Status ParseChecked(std::string_view piece, std::vector<std::string>& messages);
  absl::Status Take(std::vector<std::string>& messages);

  std::unique_ptr<Message> message_;    // kMessage
  std::unique_ptr<Elements> elements_;  // kArray
  EnvoyParser parser_;
  bool seen_input_ = false;
  bool finished_ = false;
};

}  // namespace minato::gateway
