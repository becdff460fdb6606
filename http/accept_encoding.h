// What a client takes: the Accept-Encoding header (RFC 9110, section 12.5.3).
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "http/content_coding.h"

namespace minato::http {

class AcceptEncoding {
 public:
  // One line of the header. An element that is malformed, or names what we do not know, counts for nothing.
  void Add(std::string_view value);

  // Which of `offered` to use: what the client ranks highest, and of equals the first. None, if it takes none or would
  // rather have the body as it is.
  std::optional<ContentCoding> Choose(std::span<const ContentCoding> offered) const;
  // It does not take a body as it is.
  bool refuses_identity() const { return identity_.value_or(any_.value_or(kWhole)) == 0; }

 private:
  using Weight = int;  // thousandths
  static constexpr Weight kWhole = 1000;

  static std::optional<Weight> ParseWeight(std::string_view parameters);
  void AddElement(std::string_view element);

  std::array<std::optional<Weight>, kContentCodingCount> codings_;
  std::optional<Weight> identity_;
  std::optional<Weight> any_;
};

}  // namespace minato::http
