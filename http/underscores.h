#pragma once

namespace minato::http {

// What becomes of a header with "_" in its name, which somebody behind may take for "-" (as CGI and WSGI do). A request
// that is refused is malformed.
enum class Underscores { kKeep, kDrop, kRefuse };

}  // namespace minato::http
