#include "gateway/filters/coding_filter.h"

#include "gateway/error_answer.h"
#include "gateway/filters/coding_rules.h"
#include "gateway/http_status.h"
#include "http/http1_chars.h"

namespace minato::gateway {

using http::KnownHeader;

namespace {

std::optional<http::AcceptEncoding> AcceptOf(const RequestHead& head) {
  if (!head.Find(KnownHeader::kAcceptEncoding).has_value()) return std::nullopt;
  http::AcceptEncoding accept;
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (http::ClassifyHeader(name) == KnownHeader::kAcceptEncoding) accept.Add(value);
  });
  return accept;
}

// The codings of the body, in a list. identity is none.
std::string CodingsOf(const RequestHead& head) {
  std::string codings;
  head.ForEach([&](std::string_view name, std::string_view list) {
    if (http::ClassifyHeader(name) != KnownHeader::kContentEncoding) return;
    while (!list.empty()) {
      const size_t comma = list.find(',');
      const std::string_view coding = http::TrimOptionalWhitespace(list.substr(0, comma));
      list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
      if (coding.empty() || http::EqualsIgnoreCase(coding, "identity")) continue;
      if (!codings.empty()) codings += ", ";
      codings += coding;
    }
  });
  return codings;
}

bool CameEncoded(const ClientStream& stream) {
  return stream.head().Find(KnownHeader::kContentEncoding).has_value() && stream.HasBody();
}

bool IsLeftAlone(const ClientStream& stream) {
  return stream.head().Find(KnownHeader::kContentType).value_or("").starts_with("application/grpc") ||
         stream.wants_websocket();
}

}  // namespace

Task<void> CodingFilter::Serve(ClientStream& stream) {
  const bool concerns = stream.head().Find(KnownHeader::kAcceptEncoding).has_value() || CameEncoded(stream);
  return concerns && !IsLeftAlone(stream) ? ServeCoded(stream) : next_.Serve(stream);
}

Task<void> CodingFilter::ServeCoded(ClientStream& stream) {
  std::optional<http::ContentCoding> coding;
  if (CameEncoded(stream)) {
    const std::string codings = CodingsOf(stream.head());
    coding = http::FindContentCoding(codings);
    if (!coding.has_value() && !codings.empty()) {
      const Status unknown =
          WithHttpStatus(InvalidArgument("the request body is encoded as \"{}\"; one of {} can be read", codings,
                                         kRequestCodings),
                         415);
      co_return co_await Refuse(stream, unknown);
    }
  }
  CodedStream coded(stream, coding, AcceptOf(stream.head()), options_.limit);
  co_await next_.Serve(coded);
}

Task<void> CodingFilter::Refuse(ClientStream& stream, const Status& status) {
  ResponseHead head;
  head.headers.Add("accept-encoding", kRequestCodings);
  const Status sent = co_await RespondError(stream, options_.error_shape, status, {}, std::move(head));
}

}  // namespace minato::gateway
