#include "gateway/access_log/format.h"

#include <algorithm>
#include <charconv>

#include "http/http1_chars.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

using Kind = LogOperator::Kind;

constexpr std::string_view kDefault =
    "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% "
    "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" "
    "\"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

enum class Takes { kNothing, kHeader, kTimeFormat, kStatusForm };

struct Known {
  std::string_view name;
  Kind kind;
  Takes takes;
};

constexpr Known kKnown[] = {
    {"START_TIME", Kind::kStartTime, Takes::kTimeFormat},
    {"REQ", Kind::kRequestHeader, Takes::kHeader},
    {"RESP", Kind::kResponseHeader, Takes::kHeader},
    {"TRAILER", Kind::kResponseTrailer, Takes::kHeader},
    {"PROTOCOL", Kind::kProtocol, Takes::kNothing},
    {"RESPONSE_CODE", Kind::kResponseCode, Takes::kNothing},
    {"RESPONSE_FLAGS", Kind::kResponseFlags, Takes::kNothing},
    {"RESPONSE_FLAGS_LONG", Kind::kResponseFlagsLong, Takes::kNothing},
    {"BYTES_RECEIVED", Kind::kBytesReceived, Takes::kNothing},
    {"BYTES_SENT", Kind::kBytesSent, Takes::kNothing},
    {"DURATION", Kind::kDuration, Takes::kNothing},
    {"REQUEST_DURATION", Kind::kRequestDuration, Takes::kNothing},
    {"RESPONSE_DURATION", Kind::kResponseDuration, Takes::kNothing},
    {"RESPONSE_TX_DURATION", Kind::kResponseTxDuration, Takes::kNothing},
    {"ROUTE_NAME", Kind::kRouteName, Takes::kNothing},
    {"UPSTREAM_CLUSTER", Kind::kUpstreamCluster, Takes::kNothing},
    {"UPSTREAM_HOST", Kind::kUpstreamHost, Takes::kNothing},
    {"UPSTREAM_REMOTE_ADDRESS", Kind::kUpstreamRemoteAddress, Takes::kNothing},
    {"UPSTREAM_REQUEST_ATTEMPT_COUNT", Kind::kUpstreamRequestAttemptCount, Takes::kNothing},
    {"DOWNSTREAM_REMOTE_ADDRESS", Kind::kDownstreamRemoteAddress, Takes::kNothing},
    {"DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", Kind::kDownstreamRemoteAddressWithoutPort, Takes::kNothing},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", Kind::kDownstreamDirectRemoteAddress, Takes::kNothing},
    {"DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", Kind::kDownstreamDirectRemoteAddressWithoutPort,
     Takes::kNothing},
    {"DOWNSTREAM_LOCAL_ADDRESS", Kind::kDownstreamLocalAddress, Takes::kNothing},
    {"DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", Kind::kDownstreamLocalAddressWithoutPort, Takes::kNothing},
    {"GRPC_STATUS", Kind::kGrpcStatus, Takes::kStatusForm},
    {"GRPC_STATUS_NUMBER", Kind::kGrpcStatusNumber, Takes::kNothing},
};

// "%NAME(argument):length%", cut.
struct Command {
  std::string_view whole;
  std::string_view name;
  std::optional<std::string_view> argument;
  std::optional<size_t> length;
};

bool IsNameChar(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// ":length%" or "%" at the front of `text`: how long it is, 0 for neither.
size_t EndOfCommand(std::string_view text, std::optional<size_t>& length) {
  length.reset();
  if (text.starts_with('%')) return 1;
  if (!text.starts_with(':')) return 0;
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size() || *end != '%') return 0;
  length = value;
  return static_cast<size_t>(end - text.data()) + 1;
}

// The command at the front of `text`, which begins with '%'. An argument ends at the first ')' behind which the command
// can end, and holds no line break.
std::optional<Command> CutCommand(std::string_view text) {
  Command command;
  const std::string_view behind_percent = text.substr(1);
  const auto name_end = std::find_if_not(behind_percent.begin(), behind_percent.end(), IsNameChar);
  command.name = behind_percent.substr(0, static_cast<size_t>(name_end - behind_percent.begin()));
  if (command.name.empty()) return std::nullopt;
  size_t at = 1 + command.name.size();
  if (const size_t end = EndOfCommand(text.substr(at), command.length); end > 0) {
    command.whole = text.substr(0, at + end);
    return command;
  }
  if (at == text.size() || text[at] != '(') return std::nullopt;
  const size_t argument = at + 1;
  for (at = argument; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] != ')') continue;
    const size_t end = EndOfCommand(text.substr(at + 1), command.length);
    if (end == 0) continue;
    command.argument = text.substr(argument, at - argument);
    command.whole = text.substr(0, at + 1 + end);
    return command;
  }
  return std::nullopt;
}

bool IsHeaderName(std::string_view name) {
  if (name.starts_with(':')) name.remove_prefix(1);
  return http::IsToken(name);
}

// The proxy knows the host by another name.
std::string HeaderName(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), http::ToLower);
  return lower == "host" ? ":authority" : lower;
}

Status TakeHeader(const Command& command, LogOperator& made) {
  if (!command.argument.has_value() || command.argument->empty()) {
    return InvalidArgument("{}: needs the name of a header", command.whole);
  }
  const size_t mark = std::min(command.argument->find('?'), command.argument->size());
  const std::string_view name = command.argument->substr(0, mark);
  const std::string_view other = command.argument->substr(std::min(mark + 1, command.argument->size()));
  if (other.find('?') != other.npos) return InvalidArgument("{}: more than one alternative", command.whole);
  if (!IsHeaderName(name) || (!other.empty() && !IsHeaderName(other))) {
    return InvalidArgument("{}: no name of a header", command.whole);
  }
  made.argument = HeaderName(name);
  if (!other.empty()) made.alternative = HeaderName(other);
  made.bytes_max = command.length;
  return OkStatus();
}

Status TakeTimeFormat(const Command& command, LogOperator& made) {
  if (command.length.has_value()) return InvalidArgument("{}: takes no length", command.whole);
  made.argument = command.argument.value_or("");
  // As in Envoy: nothing that would break the line.
  if (made.argument.find("%n") != made.argument.npos) return InvalidArgument("{}: no line breaks", command.whole);
  return OkStatus();
}

Status TakeStatusForm(const Command& command, LogOperator& made) {
  const std::string_view form = command.argument.value_or("");
  if (command.length.has_value()) return InvalidArgument("{}: takes no length", command.whole);
  if (form.empty() || form == "CAMEL_STRING") return OkStatus();
  if (form != "SNAKE_STRING" && form != "NUMBER") {
    return InvalidArgument("{}: one of CAMEL_STRING, SNAKE_STRING, NUMBER", command.whole);
  }
  made.kind = form == "NUMBER" ? Kind::kGrpcStatusNumber : Kind::kGrpcStatusSnake;
  return OkStatus();
}

StatusOr<LogOperator> Make(const Command& command) {
  const auto* const known =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& one) { return one.name == command.name; });
  if (known == std::end(kKnown)) return InvalidArgument("{}: the operator is not supported", command.whole);
  LogOperator made{.kind = known->kind};
  switch (known->takes) {
    case Takes::kNothing:
      if (command.argument.has_value() || command.length.has_value()) {
        return InvalidArgument("{}: takes neither an argument nor a length", command.whole);
      }
      break;
    case Takes::kHeader:
      TRY(TakeHeader(command, made));
      break;
    case Takes::kTimeFormat:
      TRY(TakeTimeFormat(command, made));
      break;
    case Takes::kStatusForm:
      TRY(TakeStatusForm(command, made));
      break;
  }
  return made;
}

}  // namespace

void LogFormat::AddText(std::string_view text) {
  std::string* const last = pieces_.empty() ? nullptr : std::get_if<std::string>(&pieces_.back());
  if (last != nullptr) {
    last->append(text);
  } else if (!text.empty()) {
    pieces_.emplace_back(std::string(text));
  }
}

StatusOr<LogFormat> LogFormat::Parse(std::string_view text) {
  LogFormat format;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.front() != '%') {
      const std::string_view plain = rest.substr(0, rest.find('%'));
      format.AddText(plain);
      at += plain.size();
    } else if (rest.starts_with("%%")) {
      format.AddText("%");
      at += 2;
    } else {
      const std::optional<Command> command = CutCommand(rest);
      if (!command.has_value()) {
        return InvalidArgument("no operator at position {} (\"%%\" stands for one percent sign)", at);
      }
      TRY(LogOperator made, Make(*command));
      format.pieces_.emplace_back(std::move(made));
      at += command->whole.size();
    }
  }
  return format;
}

LogFormat LogFormat::Default() {
  StatusOr<LogFormat> format = Parse(kDefault);
  CHECK(format.ok(), "{}", MessageOf(format.status()));
  return *std::move(format);
}

}  // namespace minato::gateway
