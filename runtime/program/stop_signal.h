// SIGTERM and SIGINT as something that main waits for.
#pragma once

#include <csignal>

namespace minato {

// Made first thing in main: threads started afterwards leave both signals to Wait.
class StopSignal {
 public:
  StopSignal();

  // Blocks until one of them comes, and returns it. A second one, after that, ends the process at once.
  int Wait();

 private:
  sigset_t set_;
};

}  // namespace minato
