// The head that the router sends upstream (Envoy: ConnectionManagerUtility::mutateRequestHeaders and
// Router::decodeHeaders).
#pragma once

#include <list>
#include <string>

#include <absl/base/attributes.h>

#include "gateway/config/bootstrap.h"
#include "gateway/filters/managed_head.h"
#include "gateway/front/request_head.h"
#include "gateway/upstream/http_call.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// Views into `head`, the route of `choice`, `request_id` and itself: they must outlive it. `encrypted` is as of
// ClientStream, `action` is the route's. `request_id` is made, where one is needed and it is empty.
class UpstreamHead {
 public:
  struct Options {
    bool generate_request_id = true;
    absl::Duration grpc_timeout = absl::InfiniteDuration();  // instead of the client's; infinite: that stays
  };
  UpstreamHead(const RequestHead& head, bool encrypted, const RouteChoice& choice, const config::RouteAction& action,
               const Options& options, std::string& request_id);
  UpstreamHead(const UpstreamHead&) = delete;
  UpstreamHead& operator=(const UpstreamHead&) = delete;

  const HttpRequestView& view() const { return view_; }

 private:
  bool HasRequestId();
  void TakeOut(std::string_view name);
  // Out of line, as it has many callers: inlined at each it would make the path of a request long.
  ABSL_ATTRIBUTE_NOINLINE void Append(std::string_view name, std::string_view value);
  void AddHeader(const RequestHead& head, std::string_view name, std::string_view value);
  // One of the head's names.
  std::string_view Lowered(const RequestHead& head, std::string_view name);

  HttpRequestView view_;
  std::list<std::string> joined_;  // values of repeated headers
  std::string path_;       // when it was rewritten
  std::string names_;      // the lower-case form of those that came otherwise
  std::string timeout_ms_;
  std::string grpc_timeout_;
};

}  // namespace minato::gateway
