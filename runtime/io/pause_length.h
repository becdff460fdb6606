// How long pauses in which I/O gathers may be: the longest with which as much is received as with any. A little longer
// and a little shorter ones are tried, each beside the present one, since what is received at all changes all the time.
#pragma once

#include <array>
#include <cstddef>

namespace minato {

class PauseLength {
 public:
  // The length, as a part of the time that requests take, is one over these. Far enough apart that what one of them
  // loses is seen: in small steps, each of which seems to lose nothing, peers end up idle for an eighth of the time.
  static constexpr std::array<double, 3> kParts = {24, 12, 8};
  static constexpr size_t kFirst = 1;

  // In the window of time that begins now.
  double part() const { return 1 / kParts[level_ + Step()]; }
  // The window has ended; so much was received in it.
  void WindowEnded(double bytes_per_second);
  // Whether all lengths that do not rest have been tried as often, and part() is the present one.
  bool all_tried() const { return window_ == 0; }
  // What is half tried does not count: much happened meanwhile.
  void BeginAgain() {
    window_ = 0;
    tried_ = 0;
  }

 private:
  // The present one, a longer one, the present one, a shorter one.
  static constexpr std::array<int, 4> kSteps = {0, 1, 0, -1};
  // What another length received, as parts of what the present one did before and after it: so a load that grows does
  // not speak for whichever comes later.
  struct Trials {
    double sum = 0;
    int count = 0;
    // Times that all were tried, and this was not: a wrong length is not to be in use for a quarter of the time.
    int rest_left = 0;
    int rest = 0;  // the last one, when it began
  };

  // None at the ends, nor where one rests.
  int Step() const;
  void Compare(int step, double received);

  size_t level_ = kFirst;
  size_t window_ = 0;
  double received_ = 0;        // bytes per second, in the last window of the present length
  int tried_ = 0;              // the step of the window before, if it was of another length
  double received_tried_ = 0;  // bytes per second, in that window
  Trials longer_;
  Trials shorter_;
};

}  // namespace minato
