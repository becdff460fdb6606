// SIGTERM and SIGINT as something that main waits for.
#pragma once

#include <csignal>

namespace minato {

// Made first thing in main: threads started afterwards leave the signals to Wait.
class StopSignal {
 public:
  // What SIGHUP does: its usual thing, or Wait returns it, for a program that reads its configuration again then.
  enum class Hangup { kDefault, kReturned };

  explicit StopSignal(Hangup hangup = Hangup::kDefault);

  // Blocks until one of them comes, and returns it. A second one after SIGTERM or SIGINT ends the process at once.
  int Wait();

 private:
  sigset_t set_;
};

}  // namespace minato
