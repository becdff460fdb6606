#include "gateway/transcode/wire_fields.h"

#include <span>

#include "absl/status/status.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

constexpr uint32_t kContentType = 1;  // Fields of google.api.HttpBody.
constexpr uint32_t kData = 2;
constexpr size_t kBodyTagBytesMax = 5;
constexpr char kContentTypeTag = 0x0a;
constexpr char kDataTag = 0x12;
constexpr char kExtensionsTag = 0x1a;

WireType TypeOf(uint64_t tag) { return static_cast<WireType>(tag & 7); }

const char* ReadContent(const char* p, const char* end, std::string_view& content) {
  uint64_t size;
  p = ReadVarint(p, end, size);
  if (p == nullptr || size > static_cast<size_t>(end - p)) return nullptr;
  content = {p, size};
  return p + size;
}

// The end of a number; nullptr if it is cut off, or `type` is that of none.
const char* SkipNumber(const char* p, const char* end, WireType type) {
  uint64_t number;
  switch (type) {
    case WireType::kVarint: return ReadVarint(p, end, number);
    case WireType::kFixed64: return end - p < 8 ? nullptr : p + 8;
    case WireType::kFixed32: return end - p < 4 ? nullptr : p + 4;
    default: return nullptr;
  }
}

// Calls `on_message(number, content)` for each length-delimited field. False if the bytes are no
// message.
template <typename OnField>
bool ForEachLengthField(std::string_view wire, OnField on_field) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    uint64_t tag;
    p = ReadVarint(p, end, tag);
    if (p == nullptr) return false;
    const WireType type = TypeOf(tag);
    if (type == WireType::kStartGroup || type == WireType::kEndGroup) continue;  // what is inside is looked at, too
    std::string_view content;
    p = type == WireType::kLength ? ReadContent(p, end, content) : SkipNumber(p, end, type);
    if (p == nullptr) return false;
    if (type == WireType::kLength) on_field(static_cast<uint32_t>(tag >> 3), content);
  }
  return true;
}

absl::Status Broken() {
  return absl::InvalidArgumentError("the message is cut off or is not protobuf");
}

// What is longer than 32 bits is cut off. nullptr: there is none of at most `bytes_max`.
const char* ReadTag(const char* p, const char* end, size_t bytes_max, uint32_t& tag) {
  uint64_t value = 0;
  const char* const behind = ReadVarint(p, end, value);
  tag = static_cast<uint32_t>(value);
  return behind != nullptr && static_cast<size_t>(behind - p) <= bytes_max ? behind : nullptr;
}

// The end of the field that `tag` begins, nullptr if it has none. Groups may stand `groups_max` deep.
const char* SkipField(const char* p, const char* end, uint32_t tag, size_t groups_max) {
  std::string_view content;
  if (tag >> 3 == 0) return nullptr;
  if (TypeOf(tag) == WireType::kLength) return ReadContent(p, end, content);
  if (TypeOf(tag) != WireType::kStartGroup) return SkipNumber(p, end, TypeOf(tag));
  if (groups_max == 0) return nullptr;
  uint32_t inner;
  while (p != nullptr && (p = ReadTag(p, end, kVarintBytesMax, inner)) != nullptr) {
    if (TypeOf(inner) == WireType::kEndGroup) return inner >> 3 == tag >> 3 ? p : nullptr;
    p = SkipField(p, end, inner, groups_max - 1);
  }
  return nullptr;
}

// As Envoy does, which lets protobuf's reader go as many levels deep as the path has, and counts groups with them. A zero
// ends a message, and so does the end of a group that never began an HttpBody; the outermost one (`is_root`) may so end.
bool ReadBody(std::span<const FieldTable* const> path, std::string_view wire, bool is_root, HttpBodyView& body) {
  const char* p = wire.data();
  const char* const end = p + wire.size();
  while (p < end) {
    uint32_t tag;
    p = ReadTag(p, end, path.empty() ? kBodyTagBytesMax : kVarintBytesMax, tag);
    if (p == nullptr) return false;
    const bool ends = tag == 0 || (path.empty() && TypeOf(tag) == WireType::kEndGroup);
    if (ends) return is_root;
    const uint32_t sized = TypeOf(tag) == WireType::kLength ? tag >> 3 : 0;
    if (path.empty() && sized == kContentType) {
      p = ReadContent(p, end, body.content_type);
    } else if (path.empty() && sized == kData) {
      p = ReadContent(p, end, body.data);
    } else if (!path.empty() && sized == path.front()->number) {
      std::string_view content;
      p = ReadContent(p, end, content);
      if (p != nullptr && !ReadBody(path.subspan(1), content, false, body)) return false;
    } else {
      p = SkipField(p, end, tag, path.size());
    }
    if (p == nullptr) return false;
  }
  return true;
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
  if (!ReadBody(path, wire, true, body)) return Broken();
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
