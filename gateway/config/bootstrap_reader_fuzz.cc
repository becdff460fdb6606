// Any bytes are read as a bootstrap or refused with a place; what was read can be described. Nothing may crash, hang
// or eat memory.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/config/bootstrap_reader.h"
#include "gateway/config/describe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace config = minato::gateway::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto bootstrap = config::ReadBootstrap(text, "f.yaml");
  if (bootstrap.ok()) {
    if (config::Describe(*bootstrap).find('\0') != std::string::npos) std::abort();
  } else if (!minato::MessageOf(bootstrap.status()).starts_with("f.yaml:")) {
    std::abort();
  }
  return 0;
}
