#include "server/services/task/mail.h"

#include <absl/strings/escaping.h>
#include <gtest/gtest.h>

namespace minato::task {
namespace {

std::string Format(std::string subject, std::string body) {
  return FormatMail({.from = "noreply@minato.invalid",
                     .to = "ann@example.com",
                     .subject = std::move(subject),
                     .body = std::move(body),
                     .message_id = "1@minato.invalid",
                     .date = absl::FromUnixSeconds(1'700'000'000)});
}

// Of the header "Subject", with its folds.
std::string SubjectOf(const std::string& mail) {
  const size_t begin = mail.find("Subject: ") + 9;
  return mail.substr(begin, mail.find("\r\nMessage-ID:") - begin);
}

std::string BodyOf(const std::string& mail) { return mail.substr(mail.find("\r\n\r\n") + 4); }

// What a reader makes of encoded words, each of which must be whole characters.
std::string Decode(std::string words) {
  std::string text;
  for (size_t at = 0; (at = words.find("=?utf-8?B?", at)) != words.npos;) {
    const size_t end = words.find("?=", at);
    EXPECT_LE(end + 2 - at, 75u);
    std::string part;
    EXPECT_TRUE(absl::Base64Unescape(words.substr(at + 10, end - at - 10), &part));
    EXPECT_NE(static_cast<unsigned char>(part.front()) & 0xC0, 0x80) << "begins inside a character";
    text += part;
    at = end;
  }
  return text;
}

TEST(Mail, HasTheHeadersOfTheStandardAndTheBodyAfterAnEmptyLine) {
  EXPECT_EQ(Format("Tide", "High at noon."),
            "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
            "From: noreply@minato.invalid\r\n"
            "To: ann@example.com\r\n"
            "Subject: Tide\r\n"
            "Message-ID: <1@minato.invalid>\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "High at noon.\r\n");
}

TEST(Mail, ASubjectOutsideAsciiGoesAsEncodedWords) {
  EXPECT_EQ(SubjectOf(Format("Grüße", "")), "=?utf-8?B?R3LDvMOfZQ==?=");
}

TEST(Mail, ALongSubjectIsFoldedBetweenCharactersWhereverTheyLie) {
  for (size_t shift = 0; shift < 4; ++shift) {
    std::string subject(shift, 'x');
    for (int i = 0; i < 100; ++i) subject += "港";
    const std::string folded = SubjectOf(Format(subject, ""));
    EXPECT_EQ(Decode(folded), subject);
    EXPECT_NE(folded.find("?=\r\n =?"), folded.npos);
  }
}

TEST(Mail, ASubjectThatReadersWouldChangeIsEncoded) {
  for (const std::string& subject :
       {std::string(" Tide"), std::string("Tide "), std::string("=?utf-8?B?VGlkZQ==?="), std::string(998, 'x'),
        std::string("a\0b", 3), std::string("a\r\nBcc: bob@example.com")}) {
    EXPECT_EQ(Decode(SubjectOf(Format(subject, ""))), subject);
  }
}

TEST(Mail, EveryLineEndOfTheBodyBecomesCrLf) {
  EXPECT_EQ(BodyOf(Format("s", "a\nb\r\nc\rd\n")), "a\r\nb\r\nc\r\nd\r\n");
  EXPECT_EQ(BodyOf(Format("s", "\r\r\n")), "\r\n\r\n");
}

TEST(Mail, ABodyOutsideAsciiStaysReadable) {
  const std::string mail = Format("s", "Grüße");
  EXPECT_NE(mail.find("Content-Transfer-Encoding: 8bit\r\n"), mail.npos);
  EXPECT_EQ(BodyOf(mail), "Grüße\r\n");
}

TEST(Mail, ABodyWithALineThatIsTooLongGoesInBase64) {
  EXPECT_NE(Format("s", std::string(998, 'x')).find(": 7bit\r\n"), std::string::npos);
  const std::string mail = Format("s", std::string(999, 'x'));
  EXPECT_NE(mail.find("Content-Transfer-Encoding: base64\r\n"), mail.npos);
  const std::string lines = BodyOf(mail);
  EXPECT_EQ(lines.find("\r\n"), 76u);
  std::string body;
  EXPECT_TRUE(absl::Base64Unescape(lines, &body));
  EXPECT_EQ(body, std::string(999, 'x') + "\r\n");
}

}  // namespace
}  // namespace minato::task
