#include "gateway/filters/transcoder/transcoder_filter.h"

#include "gateway/filters/local_reply.h"
#include "gateway/filters/noted_head.h"
#include "gateway/filters/transcoder/transcoded_stream.h"
#include "gateway/strict_request.h"
#include "gateway/upstream/grpc_request.h"

namespace minato::gateway {
namespace {

bool IsAnsweredHere(const RouteChoice& choice) {
  return choice.route() != nullptr && !choice.goes_to_cluster();
}

Task<void> RefusePath(ClientStream& stream, const RouteChoice& choice, const RouteMatch& match) {
  http::Headers headers;
  if (match.outcome == RouteMatch::Outcome::kMethodNotAllowed) headers.Add("allow", match.allow);
  return LocalError(stream, choice, NoSuchRoute(stream.head(), match), std::move(headers));
}

}  // namespace

const TranscoderTables* TranscoderFilter::TablesFor(const RouteChoice& choice) const {
  const auto* const own = choice.Transcoder(number_);
  return own == nullptr ? tables_ : all_.Find(*own);
}

Task<void> TranscoderFilter::Serve(ClientStream& stream, RouteChoice& choice) {
  const TranscoderTables* const tables = TablesFor(choice);
  const RequestHead& head = stream.head();
  if (tables == nullptr || IsGrpcRequest(head)) return next_.Serve(stream, choice);

  const RouteMatch match = tables->routes().Match(head.method(), head.path());
  if (match.outcome != RouteMatch::Outcome::kFound) {
    const bool strict = tables->extensions().Has(config::Extension::kStrictPaths) && !IsAnsweredHere(choice);
    if (strict) return RefusePath(stream, choice, match);
    if (!tables->config().reject_unknown_method) return next_.Serve(stream, choice);
    return LocalError(stream, choice, NotFound("Could not resolve {} to a method.", head.path()));
  }
  StatusOr<UrlBindings> url = BindUrl(match, head.query(), tables->routes().options());
  if (!url.ok()) {
    if (url.status().code() == StatusCode::kNotFound) return next_.Serve(stream, choice);
    return LocalError(stream, choice, url.status());
  }
  return ServeMatched(stream, choice, *tables, *match.route, *std::move(url));
}

Task<void> TranscoderFilter::ServeMatched(ClientStream& stream, RouteChoice& choice, const TranscoderTables& tables,
                                          const Route& route, UrlBindings url) {
  TranscodedStream transcoded(stream, tables, route, std::move(url), buffers_, choice);
  const NotedHead noted(choice.access_log(), transcoded.head());
  // What is wrong with the request itself is told by the route of the call, too.
  if (!tables.config().match_incoming_request_route) choice.ChooseAgain(transcoded.head());
  if (!stream.HasBody()) {
    const Status made = transcoded.FinishWithoutBody();
    if (!made.ok()) {
      co_await LocalError(stream, choice, made);
      co_return;
    }
  }
  co_await next_.Serve(transcoded, choice);
}

}  // namespace minato::gateway
