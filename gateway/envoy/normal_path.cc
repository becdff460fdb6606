#include "gateway/envoy/normal_path.h"

#include <fmt/format.h>

#include "gateway/routing/path_unescape.h"

namespace minato::gateway {
namespace {

// RFC 3986, 2.3.
bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// As browsers and Envoy have it: what is escaped in a path though it came bare.
bool MustBeEscaped(char c) {
  return c <= ' ' || c >= 0x7f || std::string_view("\"#<>`{}|^").find(c) != std::string_view::npos;
}

// Undoes and adds escapes; nullopt for %00.
std::optional<std::string> Reescape(std::string_view path) {
  std::string text;
  text.reserve(path.size());
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%' && i + 2 < path.size() && HexDigit(path[i + 1]) >= 0 && HexDigit(path[i + 2]) >= 0) {
      const char value = static_cast<char>(HexDigit(path[i + 1]) * 16 + HexDigit(path[i + 2]));
      if (value == '\0') return std::nullopt;
      if (IsUnreserved(value)) {
        text += value;
      } else {
        text += path.substr(i, 3);
      }
      i += 2;
    } else if (c == '\\') {
      text += '/';
    } else if (MustBeEscaped(c)) {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> NormalizePath(std::string_view path) {
  const std::optional<std::string> text = Reescape(path);
  if (!text.has_value()) return std::nullopt;
  std::string normal = "/";
  std::string_view rest = *text;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  for (;;) {
    const size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool last = slash == rest.npos;
    if (segment == "..") {
      normal.resize(normal.size() - 1);
      normal.resize(normal.rfind('/') == normal.npos ? 0 : normal.rfind('/'));
      normal += '/';
    } else if (segment != ".") {
      normal += segment;
      if (!last) normal += '/';
    }
    if (last) return normal;
    rest.remove_prefix(slash + 1);
  }
}

std::optional<std::string> UnescapeSlashes(std::string_view path) {
  std::string text;
  text.reserve(path.size());
  bool found = false;
  for (size_t i = 0; i < path.size(); ++i) {
    const std::string_view escape = path.substr(i, 3);
    const bool is_slash = escape == "%2F" || escape == "%2f";
    if (is_slash || escape == "%5C" || escape == "%5c") {
      text += is_slash ? '/' : '\\';
      found = true;
      i += 2;
    } else {
      text += path[i];
    }
  }
  return found ? std::optional(std::move(text)) : std::nullopt;
}

std::string MergeSlashes(std::string_view path) {
  std::string merged;
  merged.reserve(path.size());
  for (const char c : path) {
    if (c != '/' || !merged.ends_with('/')) merged += c;
  }
  // Of nothing but slashes the first and the last are left, as in Envoy.
  return merged == "/" && path.size() > 1 ? "//" : merged;
}

}  // namespace minato::gateway
