#include "gateway/config/extensions.h"

#include <gtest/gtest.h>

namespace minato::gateway::config {
namespace {

TEST(Extensions, AreOffUnlessNamed) {
  const StatusOr<Extensions> parsed = Extensions::Parse({"strict_paths", "query_maps"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->Names(), (std::vector<std::string>{"strict_paths", "query_maps"}));
  EXPECT_TRUE(parsed->Has(Extension::kQueryMaps));
  EXPECT_FALSE(parsed->Has(Extension::kStrictBodies));
  EXPECT_TRUE(Extensions::Parse({})->Names().empty());
}

TEST(Extensions, AllIsEveryOneOfThem) {
  const StatusOr<Extensions> all = Extensions::Parse({"all"});
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE(all->Has(Extension::kStrictBodies));
  EXPECT_TRUE(all->Has(Extension::kContentCoding));
  EXPECT_EQ(Extensions::Parse(all->Names())->Names(), all->Names());
}

TEST(Extensions, AWrongNameIsToldWhichOneMayHaveBeenMeant) {
  EXPECT_EQ(MessageOf(Extensions::Parse({"strict_bodys"}).status()),
            "--extensions: unknown name \"strict_bodys\"; is it \"strict_bodies\"?");
  EXPECT_NE(MessageOf(Extensions::Parse({"x"}).status()).find("there are: all strict_bodies"), std::string::npos);
}

}  // namespace
}  // namespace minato::gateway::config
