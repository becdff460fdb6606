#pragma once

#include "runtime/status.h"

namespace minato {

// The exception that is being handled, as INTERNAL with its text. Only in a catch block.
Status StatusOfException();

}  // namespace minato
