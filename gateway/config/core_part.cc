// config.core.v3: what listeners and clusters have in common.
#include <algorithm>
#include <cstdlib>

#include <arpa/inet.h>

#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {

bool IsIpAddress(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

HostAndPort ReadHostAndPort(const YamlValue& address, ConfigErrors& errors) {
  MessageReader kinds(address, kAddress, errors);
  const auto socket = kinds.Take("socket_address");
  if (!socket) {
    kinds.Missing("socket_address");
    return {};
  }
  MessageReader reader(*socket, kSocketAddress, errors);
  enum class Protocol { kTcp };
  reader.Enum<Protocol>("protocol", Protocol::kTcp, {{"TCP", Protocol::kTcp}, {"UDP", std::nullopt}});
  HostAndPort where;
  where.host = reader.RequiredString("address");
  if (!reader.Has("port_value") && !reader.Has("named_port")) reader.Missing("port_value");
  where.ipv4_compat = reader.Bool("ipv4_compat");
  if (where.ipv4_compat && where.host != "::" && !where.host.starts_with("::ffff:")) {
    errors.Add(reader.PlaceOf("ipv4_compat"), "only \"::\" may have it");
  }
  where.port = static_cast<uint16_t>(reader.UInt32("port_value", 0, {.max = 65535}));
  return where;
}

ListenSocket ReadSocketAddress(const YamlValue& address, ConfigErrors& errors) {
  const size_t before = errors.count();
  const HostAndPort where = ReadHostAndPort(address, errors);
  if (errors.count() != before) return {};
  if (!IsIpAddress(where.host)) {
    errors.Add(address.place(), "malformed IP address: {}", where.host);
    return {};
  }
  const bool is_v6 = where.host.find(':') != where.host.npos;
  return {is_v6 ? fmt::format("[{}]:{}", where.host, where.port) : fmt::format("{}:{}", where.host, where.port),
          where.ipv4_compat};
}

DataSource ReadDataSource(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kDataSource, errors);
  const std::string_view which = reader.WhichOf(
      {"filename", "inline_bytes", "inline_string", "environment_variable"}, MessageReader::OneOf::kRequired);
  if (which == "filename") return {.is_file = true, .text = reader.RequiredString("filename")};
  if (which == "inline_bytes") return {.text = reader.Bytes("inline_bytes")};
  if (which == "inline_string") return {.text = reader.String("inline_string")};
  if (which.empty()) return {};
  const std::string variable = reader.RequiredString("environment_variable");
  const char* content = variable.empty() ? nullptr : std::getenv(variable.c_str());
  if (content == nullptr) {
    errors.Add(reader.place(), "the environment variable \"{}\" is not set", variable);
    return {};
  }
  return {.text = content};
}

std::string ReadHeaderText(MessageReader& reader, std::string_view field) {
  std::string text = reader.String(field);
  const bool breaks = std::any_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  if (breaks) reader.errors().Add(reader.place(), "{}: no line breaks in a header", field);
  return text;
}

Http2ProtocolOptions ReadHttp2Options(const YamlValue& value, Side side, ConfigErrors& errors) {
  constexpr UInt32Range kWindow = {.min = 65535, .max = 0x7FFFFFFF};
  MessageReader reader(value, kHttp2ProtocolOptions, errors);
  Http2ProtocolOptions options;
  options.max_concurrent_streams =
      reader.UInt32("max_concurrent_streams", options.max_concurrent_streams, {.min = 1, .max = 0x7FFFFFFF});
  options.initial_stream_window_size =
      reader.UInt32("initial_stream_window_size", options.initial_stream_window_size, kWindow);
  options.initial_connection_window_size =
      reader.UInt32("initial_connection_window_size", options.initial_connection_window_size, kWindow);
  if (side == Side::kUpstream) reader.WithoutEffect("allow_connect", "no CONNECT goes upstream");
  return options;
}

}  // namespace minato::gateway::config
