#include "gateway/front/http1_refusal.h"

#include "gateway/front/date.h"
#include "http/http1_response_writer.h"
#include "runtime/check.h"

namespace minato::gateway {

void AppendRefusal(std::string& out, const FrontStyle& style, const Refusal& refusal, absl::Time now) {
  http::Http1ResponseHead head(out, refusal.status);
  if (!refusal.content_type.empty()) head.Add("content-type", refusal.content_type);
  head.Add("date", DateOf(now));
  OwnFields(style.identity).AddTo([&](std::string_view name, std::string_view value) { head.Add(name, value); });
  head.AddContentLength(refusal.body.size());
  head.AddConnection(http::Http1Version::k11, false);
  const Status finished = head.Finish();
  CHECK(finished.ok(), "{}", MessageOf(finished));
  out.append(refusal.body);
}

}  // namespace minato::gateway
