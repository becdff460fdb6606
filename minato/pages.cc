#include "minato/pages.h"

#include "minato/landing_page.h"

namespace minato {
namespace {

// A browser names text/html; curl and HTTP libraries send */* or nothing.
bool AsksForHtml(const gateway::RequestHead& head) {
  const auto accept = head.Find(http::KnownHeader::kAccept);
  return accept.has_value() && accept->find("text/html") != accept->npos;
}

}  // namespace

Task<void> Pages::Serve(gateway::ClientStream& stream) {
  const gateway::RequestHead& request = stream.head();
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  if (!reads || request.path() != "/") co_return co_await next_.Serve(stream);

  gateway::ResponseHead head;
  head.headers.Add("vary", "accept");
  if (AsksForHtml(request)) {
    head.content_type = "text/html; charset=utf-8";
    const Status sent = co_await stream.Respond(head, kLandingPage);
  } else {
    head.content_type = "text/plain; charset=utf-8";
    const Status sent = co_await stream.Respond(head, "Hello, world!");
  }
}

}  // namespace minato
