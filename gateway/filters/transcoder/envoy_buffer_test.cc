#include "gateway/filters/transcoder/envoy_buffer.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

TEST(EnvoyBuffer, HoldsTheLastMessageUntilTheNextOneIsRead) {
  EnvoyBuffer buffer;
  buffer.Add(15);
  buffer.ReadMessage(10, 0);
  EXPECT_EQ(buffer.held_bytes(), 10);
  buffer.Add(4);
  buffer.WaitFor(4);
  EXPECT_EQ(buffer.held_bytes(), 14);
  buffer.Add(3);
  buffer.WaitFor(7);
  EXPECT_EQ(buffer.held_bytes(), 7);
  buffer.Add(1 + 20);
  buffer.ReadMessage(3, 20);
  EXPECT_EQ(buffer.held_bytes(), 23);
  buffer.ReadMessage(15, 0);
  buffer.Add(5);
  buffer.ReadMessage(0, 0);
  EXPECT_EQ(buffer.held_bytes(), 5);
}

TEST(EnvoyBuffer, LetsGoOfSlicesInFrontOfTheLast) {
  EnvoyBuffer in_slices;
  for (int i = 0; i < 4; ++i) in_slices.Add(600);
  in_slices.ReadMessage(4 * 600 - 5, 0);
  EXPECT_EQ(in_slices.held_bytes(), 600);
  EnvoyBuffer copied;
  for (int i = 0; i < 4; ++i) copied.Add(500);
  copied.ReadMessage(4 * 500 - 5, 0);
  EXPECT_EQ(copied.held_bytes(), 1995);
  EnvoyBuffer full;
  full.Add(4000);
  full.Add(100);
  full.ReadMessage(4095, 0);
  EXPECT_EQ(full.held_bytes(), 100) << "the first slice had no room for it";
}

}  // namespace
}  // namespace minato::gateway
