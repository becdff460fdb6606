#include "server/services/email_address.h"

#include <algorithm>

namespace minato {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsAtomCharacter(char c) {
  return IsAlphanumeric(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return IsAlphanumeric(c) || c == '-'; });
}

bool IsAtom(std::string_view atom) {
  return !atom.empty() && std::all_of(atom.begin(), atom.end(), IsAtomCharacter);
}

template <typename Predicate>
size_t CountDotSeparated(std::string_view text, Predicate is_part) {
  size_t count = 0;
  for (;;) {
    const size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return 0;
    ++count;
    if (dot == text.npos) return count;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool IsEmailAddress(std::string_view text) {
  const size_t at = text.find('@');
  if (at == text.npos || at > 64 || text.size() > 254) return false;
  return CountDotSeparated(text.substr(0, at), IsAtom) >= 1 && CountDotSeparated(text.substr(at + 1), IsLabel) >= 2;
}

}  // namespace minato
