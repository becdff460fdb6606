#include "gateway/error_answer.h"

#include "gateway/http_status.h"

namespace minato::gateway {

Task<Status> RespondError(ClientStream& stream, ErrorShape shape, Status error, std::string_view details_json,
                          ResponseHead head) {
  head.status = HttpStatusOf(error);
  const bool as_text = shape == ErrorShape::kEnvoy;
  if (!head.headers.Has("content-type")) head.content_type = as_text ? "text/plain" : ErrorContentType(shape);
  const std::string body = as_text ? std::string(MessageOf(error)) : ErrorBody(shape, error, details_json);
  co_return co_await stream.Respond(head, body);
}

}  // namespace minato::gateway
