#include "gateway/filters/router_request.h"

#include <algorithm>

#include "gateway/filters/header_mutations.h"
#include "gateway/filters/redirect.h"
#include "gateway/filters/repeated_headers.h"
#include "gateway/filters/stream_duration.h"
#include "http/http1_chars.h"
#include "http/known_header.h"

namespace minato::gateway {
namespace {

using http::KnownHeader;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

UpstreamHead::UpstreamHead(const RequestHead& head, bool encrypted, const RouteChoice& choice,
                           const config::RouteAction& action, const Options& options, std::string& request_id) {
  const std::string_view forwarded_proto = ForwardedProto(head, encrypted);
  view_.scheme = SchemeFor(head, forwarded_proto, encrypted);
  view_.method = head.method();
  view_.authority = action.host_rewrite_literal.empty() ? head.authority() : action.host_rewrite_literal;
  view_.path = head.target();
  head.ForEach([&](std::string_view name, std::string_view value) { AddHeader(head, name, value); });
  JoinRepeated(view_.headers, joined_);
  const auto stops_here = [](const auto& header) { return StopsByValue(header.first, header.second); };
  view_.headers.erase(std::remove_if(view_.headers.begin(), view_.headers.end(), stops_here), view_.headers.end());
  for (auto& [name, value] : view_.headers) {
    if (name == "te" && !value.empty()) value = "trailers";
  }
  if (action.timeout > absl::ZeroDuration()) {
    timeout_ms_ = std::to_string(absl::ToInt64Milliseconds(action.timeout));
    Append("x-envoy-expected-rq-timeout-ms", timeout_ms_);
  }
  if (!head.Find(KnownHeader::kXForwardedProto).has_value()) Append("x-forwarded-proto", forwarded_proto);
  if (options.grpc_timeout != absl::InfiniteDuration()) {
    TakeOut("grpc-timeout");
    grpc_timeout_ = EnvoyGrpcTimeout(options.grpc_timeout);
    Append("grpc-timeout", grpc_timeout_);
  }
  if (options.generate_request_id && !HasRequestId()) {
    if (request_id.empty()) request_id = RandomRequestId();
    Append("x-request-id", request_id);
  }
  if (choice.request_headers() != nullptr) Mutate(*choice.request_headers(), view_.headers, joined_);
  if (auto rewritten = RewrittenTarget(choice.route()->match, action.prefix_rewrite, head.target())) {
    path_ = *std::move(rewritten);
    view_.path = path_;
    TakeOut("x-envoy-original-path");
    Append("x-envoy-original-path", head.target());
  }
}

void UpstreamHead::TakeOut(std::string_view name) {
  const auto is_it = [&](const auto& header) { return header.first == name; };
  view_.headers.erase(std::remove_if(view_.headers.begin(), view_.headers.end(), is_it), view_.headers.end());
}

// One without a value is none, and taken out.
bool UpstreamHead::HasRequestId() {
  const auto is_id = [](const auto& header) { return header.first == "x-request-id"; };
  const auto id = std::find_if(view_.headers.begin(), view_.headers.end(), is_id);
  if (id == view_.headers.end()) return false;
  if (!id->second.empty()) return true;
  view_.headers.erase(id);
  return false;
}

void UpstreamHead::Append(std::string_view name, std::string_view value) { view_.headers.emplace_back(name, value); }

void UpstreamHead::AddHeader(const RequestHead& head, std::string_view name, std::string_view value) {
  const KnownHeader known = http::ClassifyHeader(name);
  if (BelongsToConnection(known)) return;
  const std::string_view lower_name = known == KnownHeader::kOther ? Lowered(head, name) : http::Name(known);
  if (known != KnownHeader::kOther || !IsOfProxies(lower_name)) Append(lower_name, value);
}

std::string_view UpstreamHead::Lowered(const RequestHead& head, std::string_view name) {
  if (std::none_of(name.begin(), name.end(), IsUpper)) return name;
  if (names_.empty()) {  // it must not move once views point into it
    size_t bytes = 0;
    head.ForEach([&](std::string_view one, std::string_view) { bytes += one.size(); });
    names_.reserve(bytes);
  }
  const size_t begin = names_.size();
  for (const char c : name) names_ += IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return std::string_view(names_).substr(begin);
}

}  // namespace minato::gateway
