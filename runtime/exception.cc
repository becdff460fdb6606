#include "runtime/exception.h"

#include <exception>

namespace minato {

Status StatusOfException() {
  try {
    throw;
  } catch (const std::exception& e) {
    return Internal("uncaught exception: {}", e.what());
  } catch (...) {
    return Internal("uncaught exception of an unknown type");
  }
}

}  // namespace minato
