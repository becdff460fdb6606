// What the gateway does beyond Envoy where it is asked to, by flags beside the bootstrap: the file stays one that Envoy
// takes, too. Nothing of it is on unless named; docs/envoy.md describes each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/status.h"

namespace minato::gateway::config {

enum class Extension : uint8_t {
  kStrictBodies,
  kStrictPaths,
  kResponseBody,
  kUpdateMask,
  kQueryMaps,
  kUnknownDetails,
  kStreamErrors,
  kMessageCompression,
  kContentCoding,
};

class Extensions {
 public:
  // "all", or names as of --extensions. InvalidArgument that names the one that is none, and what may have been meant.
  static StatusOr<Extensions> Parse(const std::vector<std::string>& names);

  bool Has(Extension extension) const { return (bits_ & Bit(extension)) != 0; }
  Extensions With(Extension extension) const {
    Extensions more = *this;
    more.bits_ |= Bit(extension);
    return more;
  }
  std::vector<std::string> Names() const;

 private:
  static constexpr uint32_t Bit(Extension extension) { return uint32_t{1} << static_cast<int>(extension); }

  uint32_t bits_ = 0;
};

// Every name with what it means, a line each, for --help.
std::string ExtensionsHelp();

}  // namespace minato::gateway::config
