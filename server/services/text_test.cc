#include "server/services/text.h"

#include <gtest/gtest.h>

namespace minato {
namespace {

TEST(Text, CountsCharactersAndNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0u);
  EXPECT_EQ(CountCharacters("Ann"), 3u);
  EXPECT_EQ(CountCharacters("Grüße 港"), 7u);
}

TEST(Text, KnowsControlCharacters) {
  EXPECT_FALSE(HasControlCharacter("Grüße 港"));
  EXPECT_TRUE(HasControlCharacter("a\nb"));
  EXPECT_TRUE(HasControlCharacter("\x7f"));
  EXPECT_TRUE(HasControlCharacter(std::string_view("\0", 1)));
}

}  // namespace
}  // namespace minato
