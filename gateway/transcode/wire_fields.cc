#include "gateway/transcode/wire_fields.h"

#include <span>

#include "absl/status/status.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

constexpr uint32_t kContentType = 1;  // Fields of google.api.HttpBody.
constexpr uint32_t kData = 2;
constexpr char kContentTypeTag = 0x0a;
constexpr char kDataTag = 0x12;
constexpr char kExtensionsTag = 0x1a;

// Calls `on_message(number, content)` for each length-delimited field. False if the bytes are no
// message.
template <typename OnField>
bool ForEachLengthField(std::string_view wire, OnField on_field) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    uint64_t tag;
    uint64_t value;
    p = ReadVarint(p, end, tag);
    if (p == nullptr) return false;
    switch (static_cast<WireType>(tag & 7)) {
      case WireType::kVarint:
        p = ReadVarint(p, end, value);
        if (p == nullptr) return false;
        break;
      case WireType::kFixed64:
        if (end - p < 8) return false;
        p += 8;
        break;
      case WireType::kFixed32:
        if (end - p < 4) return false;
        p += 4;
        break;
      case WireType::kLength:
        p = ReadVarint(p, end, value);
        if (p == nullptr || value > static_cast<size_t>(end - p)) return false;
        on_field(static_cast<uint32_t>(tag >> 3), std::string_view(p, value));
        p += value;
        break;
      case WireType::kStartGroup:
      case WireType::kEndGroup: break;  // What is inside is looked at, too.
      default: return false;
    }
  }
  return true;
}

absl::Status Broken() {
  return absl::InvalidArgumentError("the message is cut off or is not protobuf");
}

bool ReadBody(std::span<const FieldTable* const> path, std::string_view wire, HttpBodyView& body) {
  bool good = true;
  bool read = ForEachLengthField(wire, [&](uint32_t number, std::string_view content) {
    if (path.empty()) {
      if (number == kContentType) body.content_type = content;
      if (number == kData) body.data = content;
    } else if (number == path.front()->number) {
      good = good && ReadBody(path.subspan(1), content, body);
    }
  });
  return read && good;
}

}  // namespace

absl::StatusOr<std::string> ExtractMessage(const FieldTable& field, std::string_view wire) {
  std::string merged;
  bool read = ForEachLengthField(wire, [&](uint32_t number, std::string_view content) {
    if (number == field.number) merged.append(content);
  });
  if (!read) return Broken();
  return merged;
}

absl::StatusOr<HttpBodyView> ReadHttpBody(const FieldPath& path, std::string_view wire) {
  HttpBodyView body;
  if (!ReadBody(path, wire, body)) return Broken();
  return body;
}

std::string HttpBodyPrefix(const FieldPath& path, std::string_view content_type,
                           size_t data_bytes, std::string_view extension) {
  auto append_varint = [](std::string& to, uint64_t value) {
    char bytes[kVarintBytesMax];
    to.append(bytes, WriteVarint(bytes, value));
  };
  std::string inner;
  if (!content_type.empty()) {
    inner += kContentTypeTag;
    append_varint(inner, content_type.size());
    inner += content_type;
  }
  if (!extension.empty()) {
    inner += kExtensionsTag;
    append_varint(inner, extension.size());
    inner += extension;
  }
  inner += kDataTag;
  append_varint(inner, data_bytes);
  for (size_t i = path.size(); i-- > 0;) {
    std::string outer(path[i]->tag.bytes, path[i]->tag.size);
    append_varint(outer, inner.size() + data_bytes);
    inner.insert(0, outer);
  }
  return inner;
}

}  // namespace minato::gateway
