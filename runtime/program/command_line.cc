#include "runtime/program/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <absl/flags/usage.h>
#include <absl/flags/usage_config.h>

#include "runtime/program/version.h"
#include "telemetry/log.h"

ABSL_FLAG(std::string, log_level, "info", "debug, info (with a line per request), warning, error or off");

namespace minato {
namespace {

// What --help lists and --version prints are asked for by plain functions.
bool (*own_flag_file)(std::string_view) = nullptr;

}  // namespace

void ParseCommandLine(int argc, char** argv, std::string_view about,
                      bool (*is_own_flag_file)(std::string_view file)) {
  own_flag_file = is_own_flag_file;
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    const std::string_view name(file.data(), file.size());
    return name.ends_with("runtime/program/command_line.cc") || own_flag_file(name);
  };
  usage.contains_helpshort_flags = usage.contains_help_flags;
  usage.version_string = [] { return std::string(kVersionLine) + "\n"; };
  absl::SetFlagsUsageConfig(usage);
  absl::SetProgramUsageMessage(std::string(about));
  // Abseil ends with exit code 1 after --help; whoever asked for it got what they wanted.
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--help")) {
      std::atexit([] {
        std::fflush(nullptr);
        std::_Exit(0);
      });
    }
  }
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "%s: \"%s\" is no flag (see --help)\n", argv[0], rest[1]);
    std::exit(1);
  }
  Log::Level level;
  if (!Log::ParseLevel(absl::GetFlag(FLAGS_log_level), &level)) {
    std::fprintf(stderr, "--log_level: \"%s\" is none of debug, info, warning, error, off\n",
                 absl::GetFlag(FLAGS_log_level).c_str());
    std::exit(1);
  }
  Log::SetLevel(level);
}

}  // namespace minato
