// The head of a request, whichever version of HTTP it came by.
#pragma once

#include <optional>
#include <string_view>

#include <absl/functional/function_ref.h>

#include "http/known_header.h"

namespace minato::gateway {

// Views hold until the request has been answered.
class RequestHead {
 public:
  virtual ~RequestHead() = default;

  virtual std::string_view method() const = 0;
  virtual std::string_view scheme() const = 0;  // as it was sent; empty in HTTP/1.1 unless the target was a URL
  virtual std::string_view target() const = 0;  // as it was sent: path and query
  virtual std::string_view path() const = 0;
  virtual std::string_view query() const = 0;  // without '?'
  virtual std::string_view authority() const = 0;
  virtual std::string_view protocol() const = 0;  // "HTTP/1.1"

  // The first value.
  virtual std::optional<std::string_view> Find(http::KnownHeader header) const = 0;
  virtual std::optional<std::string_view> Find(std::string_view lower_name) const = 0;
  // Names may be in any case.
  virtual void ForEach(
      absl::FunctionRef<void(std::string_view name, std::string_view value)> visit) const = 0;
};

}  // namespace minato::gateway
