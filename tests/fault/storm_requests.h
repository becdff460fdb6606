// What the bad clients ask for, which answers are right, and how many of each came.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

namespace minato::fault {

struct Request {
  enum class Kind { kGet, kAskedToFail, kEcho, kStream, kNeverAnswered };
  Kind kind;
  int64_t id;
  int64_t count = 0;  // messages of a stream
  std::string target = {};
  std::string body = {};  // of kEcho, which alone is a POST

  std::string_view method() const { return body.empty() ? "GET" : "POST"; }
  // Whether this is its answer, or one that a gateway gives when something behind it fails.
  bool Admits(int status, std::string_view answer) const;
};

// Random numbers, and requests made of them.
class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  uint64_t Below(uint64_t end) { return random_() % end; }
  Request NextRequest(int64_t id);

 private:
  Request::Kind PickKind();

  std::mt19937_64 random_;
};

struct Tally {
  std::map<int, int64_t> by_status;
  int64_t cut_streams = 0;  // began, and the upstream broke
  int64_t given_up = 0;     // the client went away, reset or half-closed, and got nothing
  int64_t sent_again = 0;   // the gateway said that it would not look at it

  int64_t answered() const;
  // Prints all of it as JSON. The exit code: 0 if every request is accounted for.
  int Report(int64_t requests) const;
};

}  // namespace minato::fault
