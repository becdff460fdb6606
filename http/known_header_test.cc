#include "http/known_header.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace minato::http {
namespace {

TEST(ClassifyHeader, KnowsEveryNameInAnyCase) {
  for (size_t i = 0; i < kKnownHeaderCount; ++i) {
    const std::string lower(kKnownHeaderNames[i]);
    std::string upper = lower;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(ClassifyHeader(lower), static_cast<KnownHeader>(i)) << lower;
    EXPECT_EQ(ClassifyHeader(upper), static_cast<KnownHeader>(i)) << upper;
  }
}

TEST(ClassifyHeader, IsNotFooledByANameOneByteOff) {
  for (std::string_view known : kKnownHeaderNames) {
    for (size_t i = 0; i < known.size(); ++i) {
      std::string name(known);
      name[i] = '1';
      EXPECT_EQ(ClassifyHeader(name), KnownHeader::kOther) << name;
    }
    EXPECT_EQ(ClassifyHeader(std::string(known) + "x"), KnownHeader::kOther);
  }
  EXPECT_EQ(ClassifyHeader(""), KnownHeader::kOther);
  EXPECT_EQ(ClassifyHeader(std::string(300, 'a')), KnownHeader::kOther);
}

}  // namespace
}  // namespace minato::http
