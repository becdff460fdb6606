#include "tests/fault/storm_requests.h"

#include <cstdio>

#include <fmt/format.h>

namespace minato::fault {
namespace {

constexpr size_t kEchoBytesMax = 20'000;
constexpr int kStreamMessagesMax = 50;

std::string UserBegin(int64_t id) { return fmt::format(R"({{"id":"{}",)", id); }

// An array of the first users asked for: a gateway may end it where the upstream ends with an error.
bool IsStreamOf(const Request& request, std::string_view body) {
  if (!body.starts_with('[') || !body.ends_with(']')) return false;
  int64_t count = 0;
  for (size_t at = body.find(R"({"id":)"); at != body.npos; at = body.find(R"({"id":)", at + 1), ++count) {
    if (!body.substr(at).starts_with(UserBegin(request.id + count))) return false;
  }
  return count <= request.count;
}

}  // namespace

bool Request::Admits(int status, std::string_view answer) const {
  // To failures behind the gateway, and to a call that was asked to fail.
  if (status == 404 || (status >= 500 && status <= 504)) return true;
  if (status != 200) return false;
  switch (kind) {
    case Kind::kGet:
      return answer.starts_with(UserBegin(id)) && answer.ends_with('}');
    case Kind::kEcho:
      return answer == body;
    case Kind::kStream:
      return IsStreamOf(*this, answer);
    default:
      return false;
  }
}

Request Draw::NextRequest(int64_t id) {
  Request request{.kind = PickKind(), .id = id};
  request.target = fmt::format("/v1/users/{}", id);
  switch (request.kind) {
    case Request::Kind::kGet:
      break;
    case Request::Kind::kAskedToFail:
      request.target += "?statusCode=5";
      break;
    case Request::Kind::kNeverAnswered:
      request.target += ":hold";
      break;
    case Request::Kind::kStream:
      request.count = 1 + static_cast<int64_t>(Below(kStreamMessagesMax));
      request.target = fmt::format("/v1/users?id={}&count={}", id, request.count);
      break;
    case Request::Kind::kEcho:
      request.body =
          fmt::format(R"({{"id":"{}","title":"{}"}})", id, std::string(1 + Below(kEchoBytesMax), 't'));
      request.target = "/v1/documents";
  }
  return request;
}

Request::Kind Draw::PickKind() {
  const uint64_t drawn = Below(10'000);
  if (drawn < 2) return Request::Kind::kNeverAnswered;
  if (drawn < 300) return Request::Kind::kAskedToFail;
  if (drawn < 1'000) return Request::Kind::kStream;
  return drawn < 3'000 ? Request::Kind::kEcho : Request::Kind::kGet;
}

int64_t Tally::answered() const {
  int64_t sum = 0;
  for (const auto& [status, count] : by_status) sum += count;
  return sum;
}

int Tally::Report(int64_t requests) const {
  fmt::print(R"({{"requests": {}, "answered": {}, "cut_streams": {}, "given_up": {}, "sent_again": {})",
             requests, answered(), cut_streams, given_up, sent_again);
  for (const auto& [status, count] : by_status) fmt::print(R"(, "status_{}": {})", status, count);
  fmt::print("}}\n");
  const int64_t accounted = answered() + cut_streams + given_up;
  if (accounted != requests) fmt::print(stderr, "{} of {} requests accounted for\n", accounted, requests);
  return accounted == requests ? 0 : 1;
}

}  // namespace minato::fault
