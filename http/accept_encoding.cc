#include "http/accept_encoding.h"

#include "http/http1_chars.h"

namespace minato::http {

// RFC 9110, section 12.4.2: 0, 1, or either with a point and up to three digits.
std::optional<AcceptEncoding::Weight> AcceptEncoding::ParseWeight(std::string_view parameters) {
  std::string_view text = TrimOptionalWhitespace(parameters);
  if (!text.starts_with("q=") && !text.starts_with("Q=")) return std::nullopt;
  text.remove_prefix(2);
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  Weight weight = (text[0] - '0') * kWhole;
  Weight digit_is_worth = kWhole / 10;
  for (size_t i = 2; i < text.size(); ++i, digit_is_worth /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    weight += (text[i] - '0') * digit_is_worth;
  }
  return weight <= kWhole ? std::optional(weight) : std::nullopt;
}

void AcceptEncoding::AddElement(std::string_view element) {
  const size_t semicolon = element.find(';');
  const std::string_view name = TrimOptionalWhitespace(element.substr(0, semicolon));
  std::optional<Weight> weight = kWhole;
  if (semicolon != element.npos) weight = ParseWeight(element.substr(semicolon + 1));
  if (!weight.has_value()) return;
  if (name == "*") {
    any_ = weight;
  } else if (EqualsIgnoreCase(name, "identity")) {
    identity_ = weight;
  } else if (const auto coding = FindContentCoding(name)) {
    codings_[static_cast<size_t>(*coding)] = weight;
  }
}

void AcceptEncoding::Add(std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    AddElement(value.substr(0, comma));
    if (comma == value.npos) return;
    value.remove_prefix(comma + 1);
  }
}

std::optional<ContentCoding> AcceptEncoding::Choose(std::span<const ContentCoding> offered) const {
  std::optional<ContentCoding> best;
  Weight best_weight = 0;
  for (const ContentCoding coding : offered) {
    const Weight weight = codings_[static_cast<size_t>(coding)].value_or(any_.value_or(0));
    if (weight <= best_weight) continue;
    best = coding;
    best_weight = weight;
  }
  // Unless it is named, the body as it is comes last.
  return identity_.value_or(0) > best_weight ? std::nullopt : best;
}

}  // namespace minato::http
