#include "server/services/email_address.h"

#include <string>

#include <gtest/gtest.h>

namespace minato {
namespace {

TEST(EmailAddress, TakesWhatMailSystemsTake) {
  for (const char* address : {"ann@example.com", "ann.o'neil+tag@mail.example.co.uk", "x@y.zz", "ü@exämple.de",
                              "1@2.3", "a-b_c@d-e.fr"}) {
    EXPECT_TRUE(IsEmailAddress(address)) << address;
  }
}

TEST(EmailAddress, RefusesEverythingElse) {
  for (const char* address :
       {"", "ann", "@example.com", "ann@", "ann@localhost", "ann@@example.com", "a b@example.com",
        "ann@exa mple.com", "ann@.com", "ann@example.", "ann@-x.com", ".ann@example.com", "ann.@example.com",
        "a..b@example.com", "ann@example.com\r\nBcc: all@example.com", "ann@example.com\n", "<ann@example.com>",
        "ann@example.com,bob@example.com", "ann@[127.0.0.1]"}) {
    EXPECT_FALSE(IsEmailAddress(address)) << address;
  }
  EXPECT_FALSE(IsEmailAddress(std::string(65, 'a') + "@example.com"));
  EXPECT_FALSE(IsEmailAddress("ann@" + std::string(64, 'a') + ".com"));
}

}  // namespace
}  // namespace minato
