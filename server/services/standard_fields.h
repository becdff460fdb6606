// The request fields that mean the same in every service: page_size and page_token (AIP-158), request_id
// (AIP-155), and times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <google/protobuf/timestamp.pb.h>

#include "runtime/status.h"

namespace minato {

// 50 for 0, at most 1,000. INVALID_ARGUMENT for a negative one.
StatusOr<int64_t> PageSize(int32_t page_size);

// Where the next page begins: behind `last_id` of the list that `list` names, filters included. Opaque to clients.
std::string MakePageToken(std::string_view list, int64_t last_id);

// `first` for an empty token. INVALID_ARGUMENT for one that MakePageToken did not make for this list.
StatusOr<int64_t> ParsePageToken(std::string_view list, std::string_view token, int64_t first);

// Microseconds since 1970, as databases keep them, in a message's field.
void SetTime(int64_t unix_us, google::protobuf::Timestamp& time);

// Empty, or up to 128 printable ASCII characters.
Status CheckRequestId(std::string_view request_id);

}  // namespace minato
