#include "http/http1_request_head.h"

#include "http/http1_chars.h"

namespace minato::http {

std::string_view Http1RequestHead::authority() const {
  if (authority_.size != 0) return View(authority_);
  return Find(KnownHeader::kHost).value_or(std::string_view());
}

std::string_view Http1RequestHead::scheme() const {
  if (authority_.size == 0) return {};
  return target().substr(0, target().find("://"));
}

std::string_view Http1RequestHead::origin_form() const {
  if (path_.size == 0 && query_.begin == 0) return "/";
  const uint32_t end = query_.begin != 0 ? query_.begin + query_.size : path_.begin + path_.size;
  return At(path_.begin, end - path_.begin);
}

HeaderView Http1RequestHead::header(size_t i) const {
  const Slot& slot = slots_[i];
  return {At(slot.name_begin, slot.name_size), View(slot.value), slot.known};
}

std::optional<std::string_view> Http1RequestHead::Find(KnownHeader header) const {
  const uint16_t slot = first_known_[static_cast<size_t>(header)];
  if (slot == 0) return std::nullopt;
  return View(slots_[slot - 1].value);
}

std::optional<std::string_view> Http1RequestHead::Find(std::string_view lower_name) const {
  for (const Slot& slot : slots_) {
    if (EqualsIgnoreCase(At(slot.name_begin, slot.name_size), lower_name)) return View(slot.value);
  }
  return std::nullopt;
}

bool Http1RequestHead::WantsUpgrade() const {
  return connection_upgrade_ && first_known_[static_cast<size_t>(KnownHeader::kUpgrade)] != 0;
}

bool Http1RequestHead::WantsUpgradeTo(std::string_view protocol) const {
  if (!connection_upgrade_) return false;
  for (const Slot& slot : slots_) {
    if (slot.known != KnownHeader::kUpgrade) continue;
    if (ListHasToken(View(slot.value), protocol)) return true;
  }
  return false;
}

void Http1RequestHead::IndexKnown() {
  first_known_.fill(0);
  for (size_t i = slots_.size(); i-- > 0;) {
    if (slots_[i].known == KnownHeader::kOther) continue;
    first_known_[static_cast<size_t>(slots_[i].known)] = static_cast<uint16_t>(i + 1);
  }
}

void Http1RequestHead::Clear() {
  base_ = "";
  size_ = 0;
  method_size_ = 0;
  target_ = path_ = query_ = authority_ = Span();
  slots_.clear();
  first_known_.fill(0);
  content_length_ = 0;
  version_ = Http1Version::k11;
  framing_ = BodyFraming::kNone;
  keep_alive_ = true;
  expects_continue_ = false;
  connection_upgrade_ = false;
}

}  // namespace minato::http
