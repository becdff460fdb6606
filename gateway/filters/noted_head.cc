#include "gateway/filters/noted_head.h"

#include "gateway/filters/repeated_headers.h"

namespace minato::gateway {
namespace {

void AddIfAny(http::Headers& noted, std::string_view name, std::string_view value) {
  if (!value.empty()) noted.AddLowered(name, value);
}

}  // namespace

void NoteRequest(AccessLogRecord& record, const RequestHead& head) {
  http::Headers& noted = record.request;
  if (!noted.empty()) return;
  AddIfAny(noted, ":method", head.method());
  AddIfAny(noted, ":path", head.target());
  AddIfAny(noted, ":authority", head.authority());
  AddIfAny(noted, ":scheme", head.Find(":scheme").value_or(head.scheme()));
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (http::ClassifyHeader(name) != http::KnownHeader::kHost) noted.Add(name, value);
  });
  JoinRepeatedOfRequest(noted);
}

void NoteRequest(AccessLogRecord& record, const HttpRequestView& request) {
  http::Headers& noted = record.request;
  if (!noted.empty()) return;
  AddIfAny(noted, ":method", request.method);
  AddIfAny(noted, ":path", request.path);
  AddIfAny(noted, ":authority", request.authority);
  AddIfAny(noted, ":scheme", request.scheme);
  for (const auto& [name, value] : request.headers) noted.AddLowered(name, value);
}

}  // namespace minato::gateway
