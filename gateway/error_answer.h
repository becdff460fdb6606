#pragma once

#include <string_view>

#include "gateway/error_body.h"
#include "gateway/front/client_stream.h"

namespace minato::gateway {

// Answers with an error in `shape`; for kEnvoy its message as text/plain. `head` has further headers; its status and,
// unless they say another, content type are the error's.
Task<Status> RespondError(ClientStream& stream, ErrorShape shape, Status error, std::string_view details_json = {},
                          ResponseHead head = {});

}  // namespace minato::gateway
