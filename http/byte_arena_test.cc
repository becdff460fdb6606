#include "http/byte_arena.h"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace minato::http {
namespace {

std::string_view Keep(ByteArena& arena, std::string_view bytes) {
  char* const room = arena.Room(bytes.size());
  if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
  return {room, bytes.size()};
}

TEST(ByteArena, KeepsWhatItWasGivenWhereItIs) {
  ByteArena arena;
  std::vector<std::string_view> kept;
  std::vector<std::string> given;
  for (size_t size : {0u, 1u, 100u, 8192u, 5u, 20'000u, 8191u, 7u, 3000u, 6000u}) {
    given.emplace_back(size, static_cast<char>('a' + given.size()));
    kept.push_back(Keep(arena, given.back()));
  }
  EXPECT_EQ(std::vector<std::string>(kept.begin(), kept.end()), given);
}

TEST(ByteArena, BeginsAnewWhenItIsCleared) {
  ByteArena arena;
  const char* const first = Keep(arena, "first").data();
  Keep(arena, std::string(20'000, 'x'));
  arena.Clear();
  const std::string_view again = Keep(arena, "again");
  EXPECT_EQ(again, "again");
  EXPECT_EQ(again.data(), first);
}

TEST(ByteArena, KeepsNoBlockThatALongPieceNeeded) {
  ByteArena arena;
  Keep(arena, std::string(20'000, 'x'));
  arena.Clear();
  arena.Clear();
  EXPECT_EQ(Keep(arena, "short"), "short");
}

}  // namespace
}  // namespace minato::http
