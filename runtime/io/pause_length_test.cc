#include "runtime/io/pause_length.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

namespace minato {
namespace {

// The present part after so many windows, in which `received` tells what comes with pauses of a part.
double PartAfter(PauseLength& length, int windows, const std::function<double(double part)>& received) {
  for (int i = 0; i < windows || !length.all_tried(); ++i) length.WindowEnded(received(length.part()));
  return length.part();
}

TEST(PauseLength, IsTheLongestWhereNobodyMinds) {
  PauseLength length;
  EXPECT_EQ(PartAfter(length, 1000, [](double) { return 7.0; }), 1 / PauseLength::kParts.back());
}

TEST(PauseLength, IsTheLongestThatCostsNothing) {
  // Peers have nothing left to do after a tenth of a request.
  PauseLength length;
  const double part = PartAfter(length, 1000, [](double part) { return std::min(1.0, 0.1 / part); });
  EXPECT_EQ(part, 1 / PauseLength::kParts[1]);
}

TEST(PauseLength, GrowsBeyondOnesWithWhichLessIsReceived) {
  PauseLength length;
  EXPECT_EQ(PartAfter(length, 1000, [](double part) { return part; }), 1 / PauseLength::kParts.back());
}

TEST(PauseLength, FollowsWhatChanges) {
  PauseLength length;
  PartAfter(length, 1000, [](double) { return 1.0; });
  PartAfter(length, 1000, [](double part) { return 1 - 2 * part; });
  EXPECT_EQ(length.part(), 1 / PauseLength::kParts.front());
  PartAfter(length, 1000, [](double) { return 1.0; });
  EXPECT_EQ(length.part(), 1 / PauseLength::kParts.back());
}

TEST(PauseLength, IsNotMovedByALoadThatGrowsOrShrinks) {
  // Tenfold, and back: with each length less is received than before, or more, which says nothing about it.
  PauseLength length;
  double load = 1;
  int window = 0;
  const auto received = [&](double part) {
    load *= window++ / 100 % 2 == 0 ? 1.02 : 1 / 1.02;
    return load * std::min(1.0, 0.1 / part);
  };
  EXPECT_EQ(PartAfter(length, 1000, received), 1 / PauseLength::kParts[1]);
}

TEST(PauseLength, SeldomTriesWhatWasWrong) {
  PauseLength length;
  const double right = length.part();
  const auto received = [&](double part) { return part == right ? 1.0 : 0.5; };
  PartAfter(length, 1000, received);
  int others = 0;
  for (int i = 0; i < 1000; ++i) {
    others += length.part() == right ? 0 : 1;
    length.WindowEnded(received(length.part()));
  }
  EXPECT_GT(others, 0);
  EXPECT_LT(others, 150);
}

TEST(PauseLength, SilenceSaysNothing) {
  PauseLength length;
  EXPECT_EQ(PartAfter(length, 1000, [](double) { return 0.0; }), 1 / PauseLength::kParts[PauseLength::kFirst]);
}

TEST(PauseLength, BeginsAgainWithThePresentOne) {
  PauseLength length;
  length.WindowEnded(1);
  EXPECT_GT(length.part(), 1 / PauseLength::kParts[PauseLength::kFirst]);
  length.BeginAgain();
  EXPECT_TRUE(length.all_tried());
  EXPECT_EQ(length.part(), 1 / PauseLength::kParts[PauseLength::kFirst]);
}

}  // namespace
}  // namespace minato
