// A line of an access log as its configuration describes it: text, and operators that stand for something of the
// request, such as "%REQ(:METHOD)% %RESPONSE_CODE%\n" (Envoy: access log format strings).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/status.h"

namespace minato::gateway {

struct LogOperator {
  enum class Kind {
    kStartTime,
    kRequestHeader,
    kResponseHeader,
    kResponseTrailer,
    kProtocol,
    kResponseCode,
    kResponseFlags,
    kResponseFlagsLong,
    kBytesReceived,
    kBytesSent,
    kDuration,
    kRequestDuration,
    kResponseDuration,
    kResponseTxDuration,
    kRouteName,
    kUpstreamCluster,
    kUpstreamHost,
    kUpstreamRemoteAddress,
    kUpstreamRequestAttemptCount,
    kDownstreamRemoteAddress,
    kDownstreamRemoteAddressWithoutPort,
    kDownstreamDirectRemoteAddress,
    kDownstreamDirectRemoteAddressWithoutPort,
    kDownstreamLocalAddress,
    kDownstreamLocalAddressWithoutPort,
    kGrpcStatus,
    kGrpcStatusSnake,
    kGrpcStatusNumber,
  };

  Kind kind;
  std::string argument = {};     // the header's name, in lower case; the format of the time
  std::string alternative = {};  // the name of the header in its place; empty: none
  std::optional<size_t> bytes_max = {};  // of the value

  friend bool operator==(const LogOperator&, const LogOperator&) = default;
};

class LogFormat {
 public:
  using Piece = std::variant<std::string, LogOperator>;  // no two strings follow each other

  // INVALID_ARGUMENT that says what is none, or no operator that is known here, and where in `text`.
  static StatusOr<LogFormat> Parse(std::string_view text);
  // Envoy's own, where none is configured.
  static LogFormat Default();

  const std::vector<Piece>& pieces() const { return pieces_; }
  // nullptr: it is more than one operator, or less.
  const LogOperator* single() const {
    return pieces_.size() == 1 ? std::get_if<LogOperator>(&pieces_.front()) : nullptr;
  }

 private:
  void AddText(std::string_view text);

  std::vector<Piece> pieces_;
};

// A JSON line: constants, and formats where strings stand.
struct LogJson {
  struct Member;
  // null, a bool, a whole number, a string, a list, an object (in the order of its names)
  std::variant<std::monostate, bool, int32_t, LogFormat, std::vector<LogJson>, std::vector<Member>> value;
};
struct LogJson::Member {
  std::string name;
  LogJson value;
};

}  // namespace minato::gateway
