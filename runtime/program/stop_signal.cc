#include "runtime/program/stop_signal.h"

#include <pthread.h>

namespace minato {

StopSignal::StopSignal() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignal::Wait() {
  int signal = 0;
  sigwait(&set_, &signal);
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  return signal;
}

}  // namespace minato
