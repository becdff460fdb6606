#include "http/accept_encoding.h"

#include <string>

#include <gtest/gtest.h>

namespace minato::http {
namespace {

constexpr ContentCoding kOffered[] = {ContentCoding::kZstd, ContentCoding::kBrotli, ContentCoding::kGzip};

std::string Chosen(std::initializer_list<std::string_view> lines) {
  AcceptEncoding accept;
  for (const std::string_view line : lines) accept.Add(line);
  const auto coding = accept.Choose(kOffered);
  return coding.has_value() ? std::string(Name(*coding)) : "";
}

bool RefusesIdentity(std::string_view line) {
  AcceptEncoding accept;
  accept.Add(line);
  return accept.refuses_identity();
}

TEST(AcceptEncoding, TakesWhatTheClientRanksHighest) {
  EXPECT_EQ(Chosen({"gzip, br;q=0.8, zstd;q=0.5"}), "gzip");
  EXPECT_EQ(Chosen({"gzip;q=0.5, br;q=0.501"}), "br");
  EXPECT_EQ(Chosen({"GZIP ; Q=1.000"}), "gzip");
  EXPECT_EQ(Chosen({"x-gzip"}), "gzip");
  EXPECT_EQ(Chosen({"gzip;q=0.1", "br;q=0.2"}), "br");  // two lines are one list
}

TEST(AcceptEncoding, OfEqualsTakesTheFirstOffered) {
  EXPECT_EQ(Chosen({"gzip, deflate, br, zstd"}), "zstd");
  EXPECT_EQ(Chosen({"gzip, br"}), "br");
}

TEST(AcceptEncoding, AStarStandsForWhatIsNotNamed) {
  EXPECT_EQ(Chosen({"*"}), "zstd");
  EXPECT_EQ(Chosen({"zstd;q=0, *"}), "br");
  EXPECT_EQ(Chosen({"gzip, *;q=0"}), "gzip");
  EXPECT_EQ(Chosen({"*;q=0"}), "");
}

TEST(AcceptEncoding, LeavesABodyAloneThatTheClientWouldRatherHaveSo) {
  EXPECT_EQ(Chosen({"identity, gzip;q=0.5"}), "");
  EXPECT_EQ(Chosen({"identity;q=0.5, gzip;q=0.5"}), "gzip");
  EXPECT_EQ(Chosen({""}), "");
  EXPECT_EQ(Chosen({"identity"}), "");
  EXPECT_EQ(Chosen({"compress, snappy"}), "");
  EXPECT_EQ(Chosen({"gzip;q=0"}), "");
}

TEST(AcceptEncoding, AMalformedElementCountsForNothing) {
  for (const char* const bad : {"gzip;q=2", "gzip;q=1.001", "gzip;q=.5", "gzip;q=0,5", "gzip;q=", "gzip;x=1",
                                "gzip;q=0.1234", "gzip;q=-1", "gzip;q=1x", "gzip;"}) {
    EXPECT_EQ(Chosen({bad}), "") << bad;
    EXPECT_EQ(Chosen({std::string(bad) + ", br;q=0.1"}), "br") << bad;
  }
}

TEST(AcceptEncoding, KnowsWhetherABodyAsItIsWillDo) {
  EXPECT_FALSE(RefusesIdentity(""));
  EXPECT_FALSE(RefusesIdentity("gzip"));
  EXPECT_FALSE(RefusesIdentity("identity;q=0.001, *;q=0"));
  EXPECT_TRUE(RefusesIdentity("gzip, identity;q=0"));
  EXPECT_TRUE(RefusesIdentity("gzip, *;q=0"));
  EXPECT_TRUE(RefusesIdentity("gzip, *;q=0.0"));
}

}  // namespace
}  // namespace minato::http
