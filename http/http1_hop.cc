// What Http1RequestParser does in front of a server that passes requests on (Http1Limits).
#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "http/http1_chars.h"
#include "http/http1_request_parser.h"

namespace minato::http {
namespace {

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool Http1RequestParser::CheckLate() {
  if (!CheckHost()) return false;
  const bool has_type = !head_.Find(KnownHeader::kContentType).value_or("").empty();
  if (head_.method() == "QUERY" && !has_type) {
    if (!Refuse(Late::kRequest, Http1Fault::kNoContentType, "a QUERY without content-type")) return false;
  }
  if (late_ == Late::kNothing) return true;
  stage_ = Stage::kFailed;
  return false;
}

void Http1RequestParser::DropUnderscores() {
  std::erase_if(head_.slots_, [&](const Http1RequestHead::Slot& slot) {
    return head_.At(slot.name_begin, slot.name_size).find('_') != std::string_view::npos;
  });
  head_.IndexKnown();
}

void Http1RequestParser::AddHost(std::string_view host) {
  const std::string_view name = Name(KnownHeader::kHost);
  const auto name_begin = static_cast<uint32_t>(AppendToHead(name));
  const auto value_begin = static_cast<uint32_t>(AppendToHead(host));
  head_.slots_.push_back({.name_begin = name_begin,
                          .name_size = static_cast<uint16_t>(name.size()),
                          .known = KnownHeader::kHost,
                          .value = {value_begin, static_cast<uint32_t>(host.size())}});
  head_.IndexKnown();
}

// An upgrade that is ignored in any case (RFC 9113, 3.1).
bool Http1RequestParser::AsksForH2cOnly() const {
  const auto is_upgrade = [](const Http1RequestHead::Slot& slot) { return slot.known == KnownHeader::kUpgrade; };
  const auto& slots = head_.slots_;
  const auto upgrade = std::find_if(slots.begin(), slots.end(), is_upgrade);
  return head_.connection_upgrade_ && upgrade != slots.end() && EqualsIgnoreCase(head_.View(upgrade->value), "h2c") &&
         std::none_of(upgrade + 1, slots.end(), is_upgrade);
}

// The names that the Connection headers list, in lower case.
std::vector<std::string> Http1RequestParser::ConnectionNames() const {
  std::vector<std::string> names;
  for (const Http1RequestHead::Slot& slot : head_.slots_) {
    if (slot.known != KnownHeader::kConnection) continue;
    std::string_view rest = head_.View(slot.value);
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      std::string name(TrimOptionalWhitespace(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      std::transform(name.begin(), name.end(), name.begin(), ToLower);
      if (!name.empty()) names.push_back(std::move(name));
    }
  }
  return names;
}

bool Http1RequestParser::DropConnectionHeaders() {
  constexpr size_t kNamesMax = 9;
  constexpr size_t kTeBytesMax = 255;
  std::vector<std::string> names = ConnectionNames();
  if (names.size() > kNamesMax) return BadRequest("Connection names too many headers");
  const bool bad = std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.front() == ':' || IsOneOf(name, {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"});
  });
  if (bad) return BadRequest("Connection names a header that is not for this hop alone");
  std::erase_if(names, [](const std::string& name) {
    return IsOneOf(name, {"close", "keep-alive", "upgrade", "http2-settings", "connection"});
  });
  if (AsksForH2cOnly()) names.insert(names.end(), {"upgrade", "http2-settings"});
  if (names.empty()) return true;

  const auto is_named = [&](const Http1RequestHead::Slot& slot) {
    const std::string_view sent = head_.At(slot.name_begin, slot.name_size);
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return EqualsIgnoreCase(sent, name); });
  };
  const auto has_long_te = [&](const Http1RequestHead::Slot& slot) {
    return slot.known == KnownHeader::kTe && slot.value.size > kTeBytesMax && is_named(slot);
  };
  if (std::any_of(head_.slots_.begin(), head_.slots_.end(), has_long_te)) return BadRequest("the header te is too long");
  std::erase_if(head_.slots_, [&](const Http1RequestHead::Slot& slot) {
    // That trailers are understood holds for us as well.
    const bool may_stay = slot.known == KnownHeader::kTe && ListHasToken(head_.View(slot.value), "trailers");
    return is_named(slot) && !may_stay;
  });
  head_.IndexKnown();
  return true;
}

}  // namespace minato::http
