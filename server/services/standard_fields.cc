#include "server/services/standard_fields.h"

#include <algorithm>

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <zlib.h>

#include "server/call/error_details.h"

namespace minato {
namespace {

constexpr int64_t kPageSizeDefault = 50;
constexpr int64_t kPageSizeMax = 1000;
constexpr size_t kRequestIdBytesMax = 128;

// Tells a token that was typed or belongs to another list; it keeps no secret.
uint32_t Checksum(std::string_view list, std::string_view id) {
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); };
  const uLong seed = crc32(0, bytes(list), static_cast<uInt>(list.size()));
  return static_cast<uint32_t>(crc32(seed, bytes(id), static_cast<uInt>(id.size())));
}

}  // namespace

StatusOr<int64_t> PageSize(int32_t page_size) {
  if (page_size < 0) return BadField("page_size", fmt::format("must not be negative, found {}", page_size));
  return page_size == 0 ? kPageSizeDefault : std::min<int64_t>(page_size, kPageSizeMax);
}

std::string MakePageToken(std::string_view list, int64_t last_id) {
  const std::string id = std::to_string(last_id);
  return absl::WebSafeBase64Escape(fmt::format("{:08x}{}", Checksum(list, id), id));
}

StatusOr<int64_t> ParsePageToken(std::string_view list, std::string_view token, int64_t first) {
  if (token.empty()) return first;
  std::string text;
  int64_t last_id = 0;
  const bool well_formed =
      absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &text) && text.size() > 8 &&
      text.substr(0, 8) == fmt::format("{:08x}", Checksum(list, text.substr(8))) &&
      absl::SimpleAtoi(text.substr(8), &last_id);
  if (!well_formed) return BadField("page_token", "is not the next_page_token of this list");
  return last_id;
}

void SetTime(int64_t unix_us, google::protobuf::Timestamp& time) {
  time.set_seconds(unix_us / 1'000'000);
  time.set_nanos(static_cast<int32_t>(unix_us % 1'000'000) * 1000);
}

Status CheckRequestId(std::string_view request_id) {
  const bool printable =
      std::all_of(request_id.begin(), request_id.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (printable && request_id.size() <= kRequestIdBytesMax) return OkStatus();
  return BadField("request_id", fmt::format("up to {} printable ASCII characters", kRequestIdBytesMax));
}

}  // namespace minato
