#include "tests/fault/answer.h"

#include <cstdlib>

namespace minato::fault {
namespace {

// The value of a header whose name is lower-case, as gateways write it.
std::string_view ValueOf(std::string_view head, std::string_view name) {
  const std::string line = "\r\n" + std::string(name) + ": ";
  const size_t at = head.find(line);
  if (at == head.npos) return {};
  const size_t begin = at + line.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

enum class Chunks { kWhole, kPart, kMalformed };

// Takes the chunks from `in` into `body`; `taken`: up to behind the last one.
Chunks TakeChunks(std::string_view in, std::string& body, size_t& taken) {
  size_t at = 0;
  while (true) {
    const size_t line_end = in.find("\r\n", at);
    if (line_end == in.npos) return Chunks::kPart;
    char* end = nullptr;
    const std::string line(in.substr(at, line_end - at));
    const size_t size = std::strtoul(line.c_str(), &end, 16);
    if (line.empty() || *end != '\0') return Chunks::kMalformed;
    const size_t chunk_end = line_end + 2 + size;
    if (in.size() < chunk_end + 2) return Chunks::kPart;
    if (in.substr(chunk_end, 2) != "\r\n") return Chunks::kMalformed;
    body.append(in.substr(line_end + 2, size));
    at = chunk_end + 2;
    if (size == 0) {
      taken = at;
      return Chunks::kWhole;
    }
  }
}

}  // namespace

std::optional<Answer> AnswerReader::Next(bool ended) {
  const std::string_view in = in_;
  const size_t head_size = in.find("\r\n\r\n");
  if (head_size == in.npos) return std::nullopt;
  const std::string_view head = in.substr(0, head_size + 2);
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 14) return Malformed();
  Answer answer;
  answer.status = std::atoi(in.data() + 9);
  answer.closes = ValueOf(head, "connection") == "close";
  const std::string_view length = ValueOf(head, "content-length");
  const std::string_view rest = in.substr(head_size + 4);
  size_t taken = 0;
  if (ValueOf(head, "transfer-encoding") == "chunked") {
    const Chunks chunks = TakeChunks(rest, answer.body, taken);
    if (chunks == Chunks::kMalformed) return Malformed();
    if (chunks == Chunks::kPart) return std::nullopt;
  } else if (!length.empty()) {
    taken = std::strtoul(length.data(), nullptr, 10);
    if (rest.size() < taken) return std::nullopt;
    answer.body = rest.substr(0, taken);
  } else {
    if (!ended) return std::nullopt;
    answer.closes = true;
    answer.body = rest;
    taken = rest.size();
  }
  in_.erase(0, head_size + 4 + taken);
  return answer;
}

std::optional<Answer> AnswerReader::Malformed() {
  malformed_ = true;
  return std::nullopt;
}

}  // namespace minato::fault
