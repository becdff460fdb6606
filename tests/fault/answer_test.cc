#include "tests/fault/answer.h"

#include <vector>

#include <gtest/gtest.h>

namespace minato::fault {
namespace {

constexpr std::string_view kThree =
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nserver: x\r\n\r\nabc"
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nde\r\na\r\n0123456789\r\n0\r\n\r\n"
    "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

std::vector<std::string> Read(AnswerReader& reader) {
  std::vector<std::string> answers;
  while (const std::optional<Answer> answer = reader.Next(false)) {
    answers.push_back(std::to_string(answer->status) + (answer->closes ? " closes " : " stays ") +
                      answer->body);
  }
  return answers;
}

TEST(AnswerReader, FindsTheSameAnswersWhereverTheBytesAreCut) {
  for (size_t cut = 0; cut <= kThree.size(); ++cut) {
    AnswerReader reader;
    reader.Append(kThree.substr(0, cut));
    std::vector<std::string> answers = Read(reader);
    reader.Append(kThree.substr(cut));
    for (std::string& answer : Read(reader)) answers.push_back(std::move(answer));
    EXPECT_EQ(answers, (std::vector<std::string>{"200 stays abc", "200 stays de0123456789", "503 closes "}))
        << cut;
    EXPECT_FALSE(reader.HasPart());
    EXPECT_FALSE(reader.malformed());
  }
}

TEST(AnswerReader, KeepsWhatIsLeftOverForItsUser) {
  AnswerReader reader;
  reader.Append("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab");
  EXPECT_EQ(Read(reader).size(), 1u);
  EXPECT_EQ(reader.rest(), "b");
}

TEST(AnswerReader, NoticesWhatIsNoAnswer) {
  for (std::string_view bytes : {"garbage\r\n\r\n",
                                 "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
                                 "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n"}) {
    AnswerReader reader;
    reader.Append(bytes);
    EXPECT_EQ(reader.Next(false), std::nullopt);
    EXPECT_TRUE(reader.malformed()) << bytes;
  }
}

TEST(AnswerReader, AnAnswerWithoutLengthEndsWithItsConnection) {
  AnswerReader reader;
  reader.Append("HTTP/1.1 200 OK\r\n\r\nabc");
  EXPECT_EQ(reader.Next(false), std::nullopt);
  const std::optional<Answer> answer = reader.Next(true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "abc");
}

}  // namespace
}  // namespace minato::fault
