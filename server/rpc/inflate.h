// The decompression of one message, bounded: gRPC's own filter would unpack a small message to any size.
#pragma once

#include <string>
#include <string_view>

#include "runtime/status.h"

namespace minato::rpc {

// gzip or zlib ("deflate"), told apart by their heads. RESOURCE_EXHAUSTED beyond `bytes_max`, which also
// bounds what is allocated; INVALID_ARGUMENT for anything but one whole stream.
StatusOr<std::string> Inflate(std::string_view compressed, size_t bytes_max);

}  // namespace minato::rpc
