#include "gateway/filters/referer.h"

#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

TEST(Referer, IsOneIfItIsRelativeOrAUrlThatTellsNothingElse) {
  for (const char* good :
       {"", "r", "/a", "/a:b", "//u@h/", "a@b", "*", "http://h", "https://h/#", "https://h/?a=#", "android-app://com.x",
        "ftp://h/", "http://[::1]:80/", "http://h:065535/", "http://h/@<|%z"}) {
    EXPECT_FALSE(IsBadReferer(good)) << good;
  }
}

TEST(Referer, IsNoneWithAFragmentOrUserInformation) {
  for (const char* bad : {"http://h/#a", "/a#b", "#a", "http://u@h/", "http://u:p@h/"}) {
    EXPECT_TRUE(IsBadReferer(bad)) << bad;
  }
}

TEST(Referer, IsNoneIfItIsNoUrl) {
  for (const char* bad :
       {"http://h/a b", "http://h/\xc3\xa9", "http://", "http:///a", "about:blank", "h:80", "://h", "+a://h/",
        "ht_tp://h/", "http://h_x/", "http://h,x", "http://h#", "http://h:/", "http://h:65536/", "http://h:a/",
        "http://h:+80/", "http://h:8:8/", "http://:80/", "http://[::1/", "http://[]/", "http://[g]/",
        "http://[::1]a/"}) {
    EXPECT_TRUE(IsBadReferer(bad)) << bad;
  }
}

}  // namespace
}  // namespace minato::gateway
