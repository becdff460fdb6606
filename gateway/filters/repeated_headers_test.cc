#include "gateway/filters/repeated_headers.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

std::string Joined(HeaderViews headers) {
  std::list<std::string> values;
  JoinRepeated(headers, values);
  std::string text;
  for (const auto& [name, value] : headers) text.append(name).append("=").append(value).append(";");
  return text;
}

std::string JoinedAnswer(http::Headers headers) {
  JoinRepeated(headers);
  std::string text;
  for (const http::HeaderField field : headers) text.append(field.name).append("=").append(field.value).append(";");
  return text;
}

TEST(RepeatedHeaders, OfRequests) {
  EXPECT_EQ(Joined({{"accept", "a"}, {"x-a", "b"}, {"accept", "c"}, {"accept", "d"}, {"x-a", "b"}}),
            "accept=a,c,d;x-a=b;x-a=b;");
  EXPECT_EQ(Joined({{"user-agent", ""}, {"user-agent", "a"}, {"user-agent", ""}}), "user-agent=a;");
  EXPECT_EQ(Joined({{"via", ""}, {"via", ""}}), "via=;");
  EXPECT_EQ(Joined({{"cookie", "a=b"}, {"cookie", "c=d"}, {"accept-language", "de"}, {"accept-language", "en"}}),
            "cookie=a=b;cookie=c=d;accept-language=de;accept-language=en;");
  EXPECT_EQ(Joined({{"vary", "a"}, {"vary", "b"}}), "vary=a;vary=b;");
}

TEST(RepeatedHeaders, OfAnswers) {
  EXPECT_EQ(JoinedAnswer({{"vary", "a"}, {"set-cookie", "b"}, {"vary", ""}, {"set-cookie", "c"}, {"vary", "d"}}),
            "vary=a,d;set-cookie=b;set-cookie=c;");
  EXPECT_EQ(JoinedAnswer({{"etag", ""}, {"etag", ""}}), "etag=;");
  EXPECT_EQ(JoinedAnswer({{"accept", "a"}, {"accept", "b"}}), "accept=a;accept=b;");
}

}  // namespace
}  // namespace minato::gateway
