#include "gateway/transport/openssl.h"

#include <openssl/err.h>

namespace minato::gateway {

std::string TakeOpenSslError(const char* otherwise) {
  const unsigned long error = ERR_get_error();  // NOLINT: its type
  ERR_clear_error();
  if (error == 0) return otherwise;
  const char* const reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : otherwise;
}

}  // namespace minato::gateway
