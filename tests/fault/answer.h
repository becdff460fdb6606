// HTTP/1.1 answers cut out of the bytes of a connection. For tests: it trusts nothing but is in no hurry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minato::fault {

struct Answer {
  int status = 0;
  bool closes = false;  // "connection: close", or it ends where the connection does
  std::string body;

  bool operator==(const Answer&) const = default;
};

class AnswerReader {
 public:
  void Append(std::string_view bytes) { in_.append(bytes); }
  // The next whole answer, if it has come. `ended`: nothing will follow.
  std::optional<Answer> Next(bool ended);
  // Something of an answer has come that is not whole.
  bool HasPart() const { return !in_.empty(); }
  bool HasHead() const { return in_.find("\r\n\r\n") != in_.npos; }
  bool malformed() const { return malformed_; }
  std::string_view rest() const { return in_; }

 private:
  std::optional<Answer> Malformed();

  std::string in_;
  bool malformed_ = false;
};

}  // namespace minato::fault
