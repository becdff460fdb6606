#include "gateway/upstream/grpc_request.h"

#include <utility>

#include "gateway/grpc_wire.h"

namespace minato::gateway {

using http::KnownHeader;

std::string ContentTypeOf(const RequestHead& head) {
  std::string joined;
  bool first = true;
  head.ForEach([&](std::string_view name, std::string_view value) {
    if (http::ClassifyHeader(name) != KnownHeader::kContentType) return;
    if (!std::exchange(first, false)) joined += ',';
    joined += value;
  });
  return joined;
}

bool IsGrpcRequest(const RequestHead& head) {
  const auto first = head.Find(KnownHeader::kContentType);
  return first.has_value() && IsGrpcContentType(*first) && IsGrpcContentType(ContentTypeOf(head));
}

}  // namespace minato::gateway
