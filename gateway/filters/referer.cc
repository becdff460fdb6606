#include "gateway/filters/referer.h"

#include <algorithm>

#include <absl/strings/ascii.h>

#include "http/http1_target.h"

namespace minato::gateway {
namespace {

bool IsGraphic(char c) { return absl::ascii_isgraph(c); }
bool IsOfName(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.'; }
bool IsOfIpv6(char c) { return absl::ascii_isxdigit(c) || c == ':' || c == '.'; }
bool IsOfScheme(char c) { return IsOfName(c) || c == '+'; }

bool AreAll(std::string_view text, bool (*is)(char)) { return std::all_of(text.begin(), text.end(), is); }

bool IsScheme(std::string_view text) {
  return !text.empty() && absl::ascii_isalpha(text.front()) && AreAll(text, IsOfScheme);
}

bool IsHost(std::string_view text) {
  const bool is_v6 = text.starts_with('[') && text.ends_with(']');
  if (is_v6) text = text.substr(1, text.size() - 2);
  return !text.empty() && AreAll(text, is_v6 ? IsOfIpv6 : IsOfName);
}

// Without user information: '@' is no character of a host.
bool IsAuthority(std::string_view text) {
  const size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  const size_t colon = bracket == text.npos ? text.npos : text.find(':', bracket);
  return IsHost(text.substr(0, colon)) && (colon == text.npos || http::IsPort(text.substr(colon + 1)));
}

}  // namespace

bool IsBadReferer(std::string_view value) {
  if (!AreAll(value, IsGraphic)) return true;
  const size_t hash = value.find('#');
  const bool has_fragment = hash != value.npos && hash + 1 < value.size();
  if (has_fragment) return true;
  const std::string_view url = value.substr(0, hash);
  const size_t scheme_end = url.find_first_of(":/?");
  const bool is_relative = scheme_end == url.npos || url[scheme_end] != ':';
  if (is_relative) return false;
  std::string_view rest = url.substr(scheme_end + 1);
  if (!IsScheme(url.substr(0, scheme_end)) || !rest.starts_with("//")) return true;
  rest.remove_prefix(2);
  const size_t authority_end = rest.find_first_of("/?");
  if (authority_end == rest.npos && hash != value.npos) return true;
  return !IsAuthority(rest.substr(0, authority_end));
}

}  // namespace minato::gateway
