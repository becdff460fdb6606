#include "runtime/program/stop_signal.h"

#include <pthread.h>

namespace minato {

StopSignal::StopSignal(Hangup hangup) {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  if (hangup == Hangup::kReturned) sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignal::Wait() {
  int signal = 0;
  sigwait(&set_, &signal);
  if (signal != SIGHUP) pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  return signal;
}

}  // namespace minato
