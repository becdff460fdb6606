#include "gateway/upstream/data_frames.h"

#include <gtest/gtest.h>

namespace minato::gateway {
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
}  // namespace minato::gateway
