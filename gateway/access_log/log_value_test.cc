#include "gateway/access_log/log_value.h"

#include <gtest/gtest.h>

#include "gateway/access_log/start_time.h"

namespace minato::gateway {
namespace {

std::string Text(std::string_view format, const AccessLogRecord& record, EmptyValues empty = EmptyValues::kDash) {
  std::string text;
  AppendText(LogFormat::Parse(format).value(), record, empty, text);
  return text;
}

AccessLogRecord Record() {
  AccessLogRecord record;
  record.start = absl::FromUnixMicros(1'795'993'868'604'812);
  record.end = record.start + absl::Milliseconds(12);
  record.protocol = "HTTP/1.1";
  record.request = {{":method", "GET"}, {":path", "/v1/items/1"}, {":authority", "a.test"}, {"x-long", "abcdefgh"},
                    {"x-empty", ""}};
  record.response = {{":status", "200"}};
  record.status = 200;
  record.bytes_sent = 10;
  return record;
}

LogJson Of(std::string_view format) { return {LogFormat::Parse(format).value()}; }

std::string Json(const LogJson& format, const AccessLogRecord& record, EmptyValues empty = EmptyValues::kDash) {
  std::string text;
  AppendJson(format, record, empty, text);
  return text;
}

// As Envoy 1.40 wrote it.
TEST(LogValue, WritesTheDefaultFormat) {
  std::string text;
  AppendText(LogFormat::Default(), Record(), EmptyValues::kDash, text);
  EXPECT_EQ(text, "[2026-11-29T23:11:08.604Z] \"GET /v1/items/1 HTTP/1.1\" 200 - 0 10 12 - "
                  "\"-\" \"-\" \"-\" \"a.test\" \"-\"\n");
}

TEST(LogValue, CutsAndReplacesHeaders) {
  const AccessLogRecord record = Record();
  EXPECT_EQ(Text("%REQ(X-LONG):3%|%REQ(x-nope?x-long):5%|%REQ(X-LONG):0%|%REQ(x-nope)%", record), "abc|abcde||-");
  EXPECT_EQ(Text("%REQ(x-empty)%|%REQ(x-empty?x-long)%|%REQ(HOST)%|%RESP(:status)%", record), "||a.test|200");
}

TEST(LogValue, LeavesOutWhatIsNotThereIfAsked) {
  EXPECT_EQ(Text("%REQ(x)%|%RESPONSE_FLAGS%|%UPSTREAM_HOST%", Record(), EmptyValues::kOmit), "|-|");
}

TEST(LogValue, TellsFlagsInTheOrderInWhichTheyCameUp) {
  AccessLogRecord record = Record();
  record.flags.Add(ResponseFlag::kUpstreamRetryLimitExceeded);
  record.flags.Add(ResponseFlag::kUpstreamConnectionFailure);
  record.flags.Add(ResponseFlag::kUpstreamRetryLimitExceeded);
  EXPECT_EQ(Text("%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%", record),
            "URX,UF UpstreamRetryLimitExceeded,UpstreamConnectionFailure");
}

TEST(LogValue, FindsTheGrpcStatusOfGrpcRequestsOnly) {
  AccessLogRecord record = Record();
  const char* const format = "%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS_NUMBER%";
  EXPECT_EQ(Text(format, record), "- - -");
  record.request.Add("content-type", "application/grpc");
  EXPECT_EQ(Text(format, record), "Unknown UNKNOWN 2");
  record.status = 503;
  EXPECT_EQ(Text(format, record), "Unavailable UNAVAILABLE 14");
  record.response.Add("grpc-status", "5");
  EXPECT_EQ(Text(format, record), "NotFound NOT_FOUND 5");
  record.trailers.Add("grpc-status", "99");
  EXPECT_EQ(Text(format, record), "99 99 99");
}

TEST(LogValue, WritesAddressesWithAndWithoutTheirPort) {
  AccessLogRecord record = Record();
  record.remote_address = "[::1]:0";
  record.direct_remote_address = "127.0.0.1:40312";
  EXPECT_EQ(Text("%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", record), "[::1]:0 ::1");
  EXPECT_EQ(Text("%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%", record), "127.0.0.1");
  EXPECT_EQ(Text("%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%", record), "-");
}

// As Envoy 1.40 wrote them.
TEST(StartTime, IsWrittenWithStrftimesLettersAndFractions) {
  const absl::Time time = absl::FromUnixMicros(1'795'993'868'604'812);
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"", "2026-11-29T23:11:08.604Z"},
      {"%Y/%m/%dT%H:%M:%S%z %Z %s", "2026/11/29T23:11:08+0000 UTC 1795993868"},
      {"%s.%3f", "1795993868.604"},
      {"%f", "604812000"},
      {"%1f %2f %6f %9f", "6 60 604812 604812000"},
      {"%E4S %E*S %Ez %E3f %E*f", "08.6048 08.604812 +00:00 604 604812"},
      {"%%f %%3f", "%604812000 %604"},
      {"%0f", "%0f"},
      {"%s000", "1795993868000"},
      {"plain", "plain"},
  };
  for (const auto& [format, expected] : kCases) {
    std::string text;
    AppendStartTime(format, time, text);
    EXPECT_EQ(text, expected) << format;
  }
}

TEST(LogJson, KeepsTheTypesOfOperatorsThatStandAlone) {
  const LogJson format = {std::vector<LogJson::Member>{
      {"a", Of("%RESPONSE_CODE%")}, {"b", Of("a%RESPONSE_CODE%")}, {"c", Of("%REQ(x)%")}, {"d", Of("-%REQ(x)%-")},
      {"e", {true}}, {"f", {}}, {"g", {16}}, {"h", Of("")}, {"i", {std::vector<LogJson>{Of("%REQ(x)%"), Of("y")}}}}};
  EXPECT_EQ(Json(format, Record()),
            R"({"a":200,"b":"a200","c":null,"d":"---","e":true,"f":null,"g":16,"h":"","i":[null,"y"]})");
  EXPECT_EQ(Json(format, Record(), EmptyValues::kOmit),
            R"({"a":200,"b":"a200","d":"--","e":true,"g":16,"h":"","i":["y"]})");
}

// As Envoy 1.40 wrote them.
TEST(LogJson, EscapesAsFewAsItMust) {
  AccessLogRecord record = Record();
  record.request.Add("x-t", "caf\xC3\xA9 \t \"q\" \\ / <>&' \x7F");
  record.request.Add("x-u", "\xE4\xB8\xAD\xFF");
  EXPECT_EQ(Json(Of("%REQ(x-t)%"), record), "\"caf\xC3\xA9 \\t \\\"q\\\" \\\\ / <>&' \x7F\"");
  EXPECT_EQ(Json(Of("%REQ(x-u)%"), record), R"("\u00e4\u00b8\u00ad\u00ff")");
  EXPECT_EQ(Json(Of("\x01\x1f\n\r\b\f"), record), R"("\u0001\u001f\n\r\b\f")");
}

}  // namespace
}  // namespace minato::gateway
