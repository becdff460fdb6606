#include "gateway/filters/transcoder/unknown_query.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

// UnknownQueryParams { message Values { repeated string values = 1; } map<string, Values> key = 1; }
constexpr uint32_t kFirstFieldTag = 0x0a;
constexpr uint32_t kSecondFieldTag = 0x12;

void AppendField(std::string& out, uint32_t tag, const std::string& content) {
  pb::io::StringOutputStream stream(&out);
  pb::io::CodedOutputStream coded(&stream);
  coded.WriteVarint32(tag);
  coded.WriteVarint32(static_cast<uint32_t>(content.size()));
  coded.WriteString(content);
}

}  // namespace

std::string UnknownQueryParamsAny(const std::vector<std::pair<std::string, std::vector<std::string>>>& unknown) {
  if (unknown.empty()) return {};
  pb::Any any;
  any.set_type_url(
      "type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.UnknownQueryParams");
  for (const auto& [name, values] : unknown) {
    std::string list;
    for (const std::string& value : values) AppendField(list, kFirstFieldTag, value);
    std::string entry;
    AppendField(entry, kFirstFieldTag, name);
    AppendField(entry, kSecondFieldTag, list);
    AppendField(*any.mutable_value(), kFirstFieldTag, entry);
  }
  return any.SerializeAsString();
}

}  // namespace minato::gateway
