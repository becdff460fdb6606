#include "http/byte_arena.h"

#include <string>

#include <gtest/gtest.h>

namespace minato::http {
namespace {

TEST(ByteArena, KeepsWhatItWasGivenWhereItIs) {
  ByteArena arena;
  std::vector<std::string_view> kept;
  std::vector<std::string> given;
  for (size_t size : {0u, 1u, 100u, 8192u, 5u, 20'000u, 8191u, 7u, 3000u, 6000u}) {
    given.emplace_back(size, static_cast<char>('a' + given.size()));
    kept.push_back(arena.Keep(given.back()));
  }
  EXPECT_EQ(std::vector<std::string>(kept.begin(), kept.end()), given);
}

TEST(ByteArena, BeginsAnewWhenItIsCleared) {
  ByteArena arena;
  const char* const first = arena.Keep("first").data();
  arena.Keep(std::string(20'000, 'x'));
  arena.Clear();
  const std::string_view again = arena.Keep("again");
  EXPECT_EQ(again, "again");
  EXPECT_EQ(again.data(), first);
}

TEST(ByteArena, KeepsNoBlockThatALongPieceNeeded) {
  ByteArena arena;
  arena.Keep(std::string(20'000, 'x'));
  arena.Clear();
  arena.Clear();
  EXPECT_EQ(arena.Keep("short"), "short");
}

}  // namespace
}  // namespace minato::http
