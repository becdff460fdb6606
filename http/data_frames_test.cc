#include "http/data_frames.h"

#include <gtest/gtest.h>

namespace minato::http {
namespace {

TEST(DataFrames, GivesEachFrameOnceItIsWhole) {
  DataFrames frames;
  EXPECT_TRUE(frames.empty());
  frames.Append("on");
  EXPECT_TRUE(frames.empty());
  frames.Append("e");
  frames.EndFrame();
  frames.Append("two");
  frames.EndFrame();
  frames.Append("thr");
  EXPECT_EQ(frames.bytes(), 9);
  EXPECT_EQ(frames.Next(), "one");
  EXPECT_EQ(frames.bytes(), 6);
  EXPECT_EQ(frames.Next(), "two");
  EXPECT_TRUE(frames.empty());
  frames.Append("ee");
  EXPECT_TRUE(frames.empty());
  frames.EndFrame();
  frames.Append("4");
  frames.EndFrame();
  EXPECT_EQ(frames.bytes(), 6);
  EXPECT_EQ(frames.Next(), "three");
  EXPECT_EQ(frames.Next(), "4");
  EXPECT_TRUE(frames.empty());
  EXPECT_EQ(frames.bytes(), 0);
}

TEST(DataFrames, WhatIsDroppedIsGoneAndWhatWasGivenStays) {
  DataFrames frames;
  for (const char* piece : {"one", "two", "thr"}) {
    frames.Append(piece);
    if (piece[2] != 'r') frames.EndFrame();
  }
  const std::string_view given = frames.Next();
  frames.Append("ee");
  frames.Drop();
  EXPECT_TRUE(frames.empty());
  EXPECT_EQ(frames.bytes(), 0);
  EXPECT_EQ(given, "one");
  frames.Append("four");
  frames.EndFrame();
  EXPECT_EQ(frames.bytes(), 4);
  EXPECT_EQ(frames.Next(), "four");
  frames.Clear(16);
  EXPECT_TRUE(frames.empty());
  EXPECT_EQ(frames.bytes(), 0);
}

TEST(DataFrames, AnEmptyFrameIsNone) {
  DataFrames frames;
  frames.EndFrame();
  EXPECT_TRUE(frames.empty());
  frames.Append("a");
  frames.EndFrame();
  frames.EndFrame();
  EXPECT_EQ(frames.Next(), "a");
  frames.EndFrame();
  EXPECT_TRUE(frames.empty());
}

}  // namespace
}  // namespace minato::http
