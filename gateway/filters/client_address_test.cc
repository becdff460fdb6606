#include "gateway/filters/client_address.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

TEST(ClientAddress, TakesTheIpOutOfAPeer) {
  EXPECT_EQ(IpOf("ipv4:10.0.0.7:40312"), "10.0.0.7");
  EXPECT_EQ(IpOf("ipv6:[2001:db8::1]:40312"), "2001:db8::1");
}

TEST(ClientAddress, GoesBehindWhatTheClientSent) {
  EXPECT_EQ(ForwardedFor("", "10.0.0.7", "192.0.2.1"), "10.0.0.7");
  EXPECT_EQ(ForwardedFor("10.0.0.1,10.0.0.2", "10.0.0.7", "192.0.2.1"), "10.0.0.1,10.0.0.2,10.0.0.7");
}

TEST(ClientAddress, IsOursForAClientOfThisMachine) {
  EXPECT_EQ(ForwardedFor("10.0.0.1", "127.0.0.9", "192.0.2.1"), "10.0.0.1,192.0.2.1");
  EXPECT_EQ(ForwardedFor("", "::1", "192.0.2.1"), "192.0.2.1");
}

TEST(ClientAddress, OursIsALoopbackOneOnlyIfThereIsNoOther) {
  const std::string ip = OwnIp();
  EXPECT_EQ(std::count(ip.begin(), ip.end(), '.'), 3) << ip;
  EXPECT_TRUE(!ip.starts_with("127.") || ip == "127.0.0.1") << ip;
}

TEST(ClientAddress, IsTheLastThatForwardedForTellsOf) {
  EXPECT_EQ(LastForwardedFor("1.2.3.4"), "1.2.3.4:0");
  EXPECT_EQ(LastForwardedFor("1.2.3.4, 5.6.7.8 "), "5.6.7.8:0");
  EXPECT_EQ(LastForwardedFor("1.2.3.4,0:0::1"), "[::1]:0");
  for (const char* none : {"", ",", "1.2.3.4,", "1.2.3.4 ,", "foo", "1.2.3.4:80"}) {
    EXPECT_EQ(LastForwardedFor(none), "") << none;
  }
}

}  // namespace
}  // namespace minato::gateway
