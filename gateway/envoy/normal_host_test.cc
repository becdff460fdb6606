#include "gateway/envoy/normal_host.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

TEST(NormalHost, HasNoDotAtItsEnd) {
  EXPECT_EQ(WithoutTrailingDot("a.test."), "a.test");
  EXPECT_EQ(WithoutTrailingDot("a.test.:80"), "a.test:80");
  EXPECT_EQ(WithoutTrailingDot("a.test.."), "a.test.");
  EXPECT_EQ(WithoutTrailingDot("."), "");
  for (const char* host : {"", "a", "a.test", "a.test:80", "[::ffff:1.2.3.4]:80"}) {
    EXPECT_EQ(WithoutTrailingDot(host), host);
  }
}

TEST(NormalHost, HasNoPort) {
  EXPECT_EQ(WithoutPort("a.test:80"), "a.test");
  EXPECT_EQ(WithoutPort("[::1]:80"), "[::1]");
  EXPECT_EQ(WithoutPort("a.test:65536"), "a.test");
  EXPECT_EQ(WithoutPort("a.test:1:2"), "a.test:1");
  for (const char* host : {"", "a", "[::1]", "a.test:", "a.test:x", "a.test:4294967296"}) {
    EXPECT_EQ(WithoutPort(host), host);
  }
}

TEST(NormalHost, HasThePortOfOthersIfOnlyOursGoes) {
  EXPECT_EQ(WithoutPort("a.test:80", 80), "a.test");
  EXPECT_EQ(WithoutPort("a.test:81", 80), "a.test:81");
}

}  // namespace
}  // namespace minato::gateway
