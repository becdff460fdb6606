// What every program's main begins with.
#pragma once

#include <string_view>

namespace minato {

// Reads the command line: answers --help and --version itself, sets the log level (--log_level), and refuses what it
// does not know (exit code 1) or what is left over. `about` is the first line of --help; `is_own_flag_file` says which
// source files' flags --help lists.
void ParseCommandLine(int argc, char** argv, std::string_view about,
                      bool (*is_own_flag_file)(std::string_view file));

}  // namespace minato
