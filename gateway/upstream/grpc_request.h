// Which requests are gRPC calls to Envoy (Grpc::Common::isGrpcRequestHeaders).
#pragma once

#include <string>

#include "gateway/front/request_head.h"

namespace minato::gateway {

// The content-type of a request. Several are one, joined by commas (as Envoy has it).
std::string ContentTypeOf(const RequestHead& head);

// Whether that is one of gRPC; method and path do not count.
bool IsGrpcRequest(const RequestHead& head);

}  // namespace minato::gateway
