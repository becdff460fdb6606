#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/transcode/schema.h"

namespace minato::gateway {

// Parts of wire-format messages, taken out and put in without a message object.

// The content of the message field, "" if it is not there; several occurrences are merged.
absl::StatusOr<std::string> ExtractMessage(const FieldTable& field, std::string_view wire);

// google.api.HttpBody without its extensions.
struct HttpBodyView {
  std::string_view content_type;
  std::string_view data;
};

// The HttpBody at `path` of the message (empty: the message itself); empty views if it is not
// there. Views into `wire`.
absl::StatusOr<HttpBodyView> ReadHttpBody(const FieldPath& path, std::string_view wire);

// What goes in front of `data_bytes` bytes of data so that they become the HttpBody at `path`. The
// prefix may follow other fields of the message, e.g. bindings. An empty content type is left out, and so is an empty
// `extension` (one google.protobuf.Any on the wire).
std::string HttpBodyPrefix(const FieldPath& path, std::string_view content_type, size_t data_bytes,
                           std::string_view extension = {});

}  // namespace minato::gateway
