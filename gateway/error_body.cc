#include "gateway/error_body.h"

#include <fmt/format.h>

#include "gateway/http_status.h"
#include "gateway/transcode/json_string.h"
#include "runtime/check.h"

namespace minato::gateway {

std::string ErrorBody(const Status& status, std::string_view details_json) {
  std::string out = R"({"error":)";
  {
    Sink sink(out, status.message().size() + 8);
    const bool utf8 = AppendJsonString(sink, MessageOf(status), BadUtf8::kSpace);
    CHECK(utf8, "kSpace refuses nothing");
    sink.Close();
  }
  const int code = static_cast<int>(status.code());
  fmt::format_to(std::back_inserter(out), R"(,"code":{},"status":"{}","details":{}}})", code,
                 CodeName(code), details_json.empty() ? "[]" : details_json);
  return out;
}

}  // namespace minato::gateway
