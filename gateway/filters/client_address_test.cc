#include "gateway/filters/client_address.h"

#include <algorithm>
#include <iterator>

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
  EXPECT_EQ(ForwardedIp("1.2.3.4", {}), "1.2.3.4");
  EXPECT_EQ(ForwardedIp("1.2.3.4, 5.6.7.8 ", {}), "5.6.7.8");
  EXPECT_EQ(ForwardedIp("1.2.3.4,0:0::1", {}), "::1");
  for (const char* none : {"", ",", "1.2.3.4,", "1.2.3.4 ,", "foo", "1.2.3.4:80"}) {
    EXPECT_EQ(ForwardedIp(none, {}), "") << none;
  }
}

TEST(ClientAddress, IsWhereTheTrustedHopsBegin) {
  constexpr std::string_view kSent = "1.1.1.1, 2.2.2.2, 3.3.3.3";
  const std::string_view of_others[] = {"3.3.3.3", "2.2.2.2", "1.1.1.1", "", ""};
  for (uint32_t hops = 0; hops < std::size(of_others); ++hops) {
    EXPECT_EQ(ForwardedIp(kSent, {.xff_num_trusted_hops = hops}), of_others[hops]) << hops;
    const ClientAddress own = {.use_remote_address = true, .xff_num_trusted_hops = hops};
    EXPECT_EQ(ForwardedIp(kSent, own), hops == 0 ? "" : of_others[hops - 1]) << hops;
  }
  EXPECT_EQ(ForwardedIp("1.1.1.1,,3.3.3.3", {.xff_num_trusted_hops = 1}), "");
}

}  // namespace
}  // namespace minato::gateway
