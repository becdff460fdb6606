// The work behind every yardstick, the same for all of them.
#pragma once

#include <string>

#include "tests/load/load.pb.h"

namespace minato::load {

inline void FillUser(int64_t id, v1::User& user) {
  user.set_id(id);
  user.set_name("Ada Lovelace");
  user.set_email("ada.lovelace@analytical-engine.example.com");
  user.set_etag("W/\"0123456789abcdef\"");
  user.set_create_time_unix_seconds(1'700'000'000);
  user.set_update_time_unix_seconds(1'700'000'000 + id);
  user.set_note(
      "Wrote the first program for a machine that was never built, and a note that it might one day compose "
      "music of any complexity and extent, were the rules known.");
}

}  // namespace minato::load
