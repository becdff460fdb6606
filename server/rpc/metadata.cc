#include "server/rpc/metadata.h"

#include <grpc/grpc.h>
#include <grpc/slice.h>

namespace minato::rpc {
namespace {

grpc_slice View(std::string_view text) {
  return grpc_slice_from_static_buffer(text.data(), text.size());
}

}  // namespace

bool IsReserved(std::string_view key) {
  return key.starts_with("grpc-") || key.starts_with(':') || key == "te" || key == "content-type" ||
         key == "connection" || key == "host";
}

bool IsSendable(std::string_view key, std::string_view value) {
  const grpc_slice name = View(key);
  return !IsReserved(key) && grpc_header_key_is_legal(name) != 0 &&
         (grpc_is_binary_header(name) != 0 || grpc_header_nonbin_value_is_legal(View(value)) != 0);
}

}  // namespace minato::rpc
