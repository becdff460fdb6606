// A mail as the bytes that mail systems exchange (RFC 5322 and MIME).
#pragma once

#include <string>

#include <absl/time/time.h>

namespace minato::task {

struct Mail {
  std::string from;        // addresses, without line breaks
  std::string to;
  std::string subject;     // UTF-8
  std::string body;        // UTF-8 with any line ends
  std::string message_id;  // without the angle brackets
  absl::Time date;
};

// No subject and no body can add a header, break a line rule or lose a character.
std::string FormatMail(const Mail& mail);

}  // namespace minato::task
