#include "gateway/upstream/resolve_name.h"

#include <map>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include "runtime/deadline.h"
#include "runtime/scope.h"

namespace minato::gateway {
namespace {

using boost::asio::ip::udp;
using Family = config::Cluster::DnsLookupFamily;

// A name server on a port of the loopback interface: an answer has the records that the test wrote down.
class NameServer {
 public:
  explicit NameServer(AsioExecutor& loop) : socket_(loop.context(), {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    Receive();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }

  struct Record {
    std::string address;
    uint32_t ttl = 60;
  };
  std::map<std::string, std::vector<Record>> records;
  bool silent = false;
  int questions = 0;

 private:
  static constexpr size_t kHeadBytes = 12;
  static void Append16(std::string& out, size_t value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
  }

  void Receive() {
    socket_.async_receive_from(boost::asio::buffer(query_), from_, [this](const auto& error, size_t bytes) {
      if (error) return;
      ++questions;
      if (!silent) socket_.send_to(boost::asio::buffer(Answer({query_, bytes})), from_);
      Receive();
    });
  }

  std::string Answer(std::string_view query) {
    std::string name;
    size_t at = kHeadBytes;
    while (query[at] != 0) {
      name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, static_cast<size_t>(query[at])));
      at += static_cast<size_t>(query[at]) + 1;
    }
    const bool six = query[at + 2] == 28;
    const size_t question_end = at + 5;
    const bool known = records.contains(name);
    std::string records_text;
    size_t count = 0;
    for (const Record& record : known ? records[name] : std::vector<Record>()) {
      const auto ip = boost::asio::ip::make_address(record.address);
      if (ip.is_v6() != six) continue;
      ++count;
      records_text += "\xc0\x0c";  // the name of the question
      Append16(records_text, six ? 28 : 1);
      Append16(records_text, 1);
      Append16(records_text, record.ttl >> 16);
      Append16(records_text, record.ttl);
      Append16(records_text, six ? 16 : 4);
      if (six) {
        const auto bytes = ip.to_v6().to_bytes();
        records_text.append(bytes.begin(), bytes.end());
      } else {
        const auto bytes = ip.to_v4().to_bytes();
        records_text.append(bytes.begin(), bytes.end());
      }
    }
    std::string answer(query.substr(0, 2));
    Append16(answer, known ? 0x8180 : 0x8183);
    Append16(answer, 1);
    Append16(answer, count);
    Append16(answer, 0);
    Append16(answer, 0);
    answer += query.substr(kHeadBytes, question_end - kHeadBytes);
    return answer + records_text;
  }

  udp::socket socket_;
  udp::endpoint from_;
  char query_[512];
};

struct Fixture {
  StatusOr<ResolvedName> Resolve(std::string name, Family family = Family::kAuto) {
    options.family = family;
    options.servers = server.address();
    Scope scope(static_cast<Executor&>(loop));
    scope.Spawn(ResolveAndStop(*this, std::move(name)));
    loop.Run();
    return result;
  }
  // "a b ttl", or the error's code.
  std::string Text(std::string name, Family family = Family::kAuto) {
    const StatusOr<ResolvedName> found = Resolve(std::move(name), family);
    if (!found.ok()) return absl::StatusCodeToString(found.status().code());
    std::string text;
    for (const auto& address : found->addresses) text += address.to_string() + " ";
    return text + (found->ttl == absl::InfiniteDuration() ? "-" : std::to_string(absl::ToInt64Seconds(found->ttl)));
  }
  static Task<void> ResolveAndStop(Fixture& f, std::string name) {
    f.result = co_await WithTimeout(f.patience, ResolveName(f.loop, std::move(name), f.options));
    f.loop.Stop();
  }

  AsioExecutor loop;
  NameServer server{loop};
  ResolveOptions options;
  absl::Duration patience = absl::Seconds(10);
  StatusOr<ResolvedName> result = Unknown("not asked");
};

TEST(ResolveName, FindsAddressesAndTheSmallestTimeToLive) {
  Fixture f;
  f.server.records["shelf.test"] = {{"10.0.0.2", 60}, {"10.0.0.1", 30}, {"10.0.0.2", 90}};
  EXPECT_EQ(f.Text("shelf.test"), "10.0.0.1 10.0.0.2 30");
}

TEST(ResolveName, PrefersTheSixthVersionUnlessTold) {
  const std::map<Family, std::string> expected = {{Family::kAuto, "fd00::1 60"},
                                                  {Family::kV6Only, "fd00::1 60"},
                                                  {Family::kV4Only, "10.0.0.1 60"},
                                                  {Family::kV4Preferred, "10.0.0.1 60"},
                                                  {Family::kAll, "10.0.0.1 fd00::1 60"}};
  for (const auto& [family, text] : expected) {
    Fixture f;
    f.server.records["both.test"] = {{"10.0.0.1"}, {"fd00::1"}};
    EXPECT_EQ(f.Text("both.test", family), text);
  }
}

TEST(ResolveName, TakesTheOtherVersionIfThereIsNoneOfTheFirst) {
  const std::map<Family, std::string> expected = {{Family::kAuto, "10.0.0.1 60"},
                                                  {Family::kV6Only, "NOT_FOUND"},
                                                  {Family::kAll, "10.0.0.1 60"}};
  for (const auto& [family, text] : expected) {
    Fixture f;
    f.server.records["four.test"] = {{"10.0.0.1"}};
    EXPECT_EQ(f.Text("four.test", family), text);
  }
}

TEST(ResolveName, AnswersAddressesByThemselves) {
  Fixture f;
  EXPECT_EQ(f.Text("::1"), "::1 -");
  EXPECT_EQ(f.server.questions, 0);
}

TEST(ResolveName, TellsThatANameIsUnknown) {
  Fixture f;
  EXPECT_EQ(f.Text("none.test"), "NOT_FOUND");
}

TEST(ResolveName, GivesUpOnASilentServer) {
  Fixture f;
  f.server.silent = true;
  f.options.timeout = absl::Milliseconds(30);
  f.options.tries = 2;
  EXPECT_EQ(f.Text("silent.test"), "UNAVAILABLE");
  EXPECT_GE(f.server.questions, 4);
}

TEST(ResolveName, EndsWithItsTask) {
  Fixture f;
  f.server.silent = true;
  f.patience = absl::Milliseconds(30);
  EXPECT_EQ(f.Text("silent.test"), "DEADLINE_EXCEEDED");
}

}  // namespace
}  // namespace minato::gateway
