// What --version prints.
#pragma once

namespace minato {

inline constexpr char kVersionLine[] = "Minato 0.1.0";

}  // namespace minato
