// By which an answer says who gave it and through whom it came: Server (RFC 9110, 10.2.4) and Via (7.6.3).
#pragma once

#include <string>
#include <string_view>

#include "http/headers.h"

namespace minato::gateway {

struct Identity {
  std::string server_name = {};  // the Server of every answer; empty: what the upstream said, if anything
  bool keeps_server = false;     // only of answers that have none (Envoy: APPEND_IF_ABSENT)
  std::string via = {};          // goes behind the Via of an answer; empty: that stays as it is
};

// Looks at the fields of one answer as they are written, and has the last word.
class OwnFields {
 public:
  // `identity` must outlive it.
  explicit OwnFields(const Identity& identity) : identity_(identity) {}

  // The field is not to be written: AddTo gives it.
  bool Replaces(const http::HeaderField& field) {
    if (field.name == "server" && !identity_.server_name.empty()) {
      has_server_ = identity_.keeps_server;
      return !identity_.keeps_server;
    }
    if (identity_.via.empty() || field.name != "via") return false;
    via_.append(via_.empty() ? "" : ",").append(field.value);
    return true;
  }

  // Calls add(name, value).
  template <typename Add>
  void AddTo(Add&& add) const {
    if (!identity_.server_name.empty() && !has_server_) add("server", std::string_view(identity_.server_name));
    if (identity_.via.empty()) return;
    add("via", std::string_view(via_.empty() ? identity_.via : via_ + ", " + identity_.via));
  }

 private:
  const Identity& identity_;
  bool has_server_ = false;
  std::string via_;  // of others
};

}  // namespace minato::gateway
