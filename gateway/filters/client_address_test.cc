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

}  // namespace
}  // namespace minato::gateway
