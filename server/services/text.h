// What may be asked of a text that people read.
#pragma once

#include <cstddef>
#include <string_view>

namespace minato {

// Code points of a UTF-8 text.
size_t CountCharacters(std::string_view utf8);

// Whether it holds one of the ASCII control characters, DEL included.
bool HasControlCharacter(std::string_view text);

}  // namespace minato
