#include "gateway/transcode/envoy_wire_error.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "fmt/format.h"
#include "gateway/transcode/utf8.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

constexpr int kNestingMax = 100;
constexpr char kEof[] = "unexpected EOF";

// google.protobuf.FieldDescriptorProto.Type
int TypeNumber(Kind kind) {
  switch (kind) {
    case Kind::kDouble: return 1;
    case Kind::kFloat: return 2;
    case Kind::kInt64: return 3;
    case Kind::kUint64: return 4;
    case Kind::kInt32: return 5;
    case Kind::kFixed64: return 6;
    case Kind::kFixed32: return 7;
    case Kind::kBool: return 8;
    case Kind::kString: return 9;
    case Kind::kGroup: return 10;
    case Kind::kMessage: return 11;
    case Kind::kBytes: return 12;
    case Kind::kUint32: return 13;
    case Kind::kEnum: return 14;
    case Kind::kSfixed32: return 15;
    case Kind::kSfixed64: return 16;
    case Kind::kSint32: return 17;
    case Kind::kSint64: return 18;
  }
  return 0;
}

WireType WireTypeOf(const FieldTable& field) {
  return static_cast<WireType>(field.tag.bytes[0] & 7);
}

// Functions that read return false once there is an error, or nothing is left that Envoy would look
// at.
class WireReader {
 public:
  explicit WireReader(std::string_view wire) : p_(wire.data()), end_(p_ + wire.size()) {}

  // Up to `limit_bytes` from here; nullopt: whatever there is. `group`: ends at its end tag.
  bool ReadMessage(const MessageTable& table, std::optional<uint64_t> limit_bytes,
                   std::optional<uint32_t> group, int depth);
  std::string& error() { return error_; }

 private:
  size_t left() const { return static_cast<size_t>(end_ - p_); }
  // Lengths are clipped at the end of the message around; only that of the outermost one is met.
  size_t Available() const { return std::min<uint64_t>(left(), limit_); }
  bool Fail(std::string what) {
    error_ = std::move(what);
    return false;
  }
  void Advance(size_t bytes) {
    p_ += bytes;
    limit_ -= std::min<uint64_t>(bytes, limit_);
  }
  bool Varint(uint64_t& value) {
    const char* const next = ReadVarint(p_, p_ + Available(), value);
    if (next == nullptr) return false;
    Advance(static_cast<size_t>(next - p_));
    return true;
  }
  bool Skip(size_t bytes) {
    if (Available() < bytes) return Fail(kEof);
    Advance(bytes);
    return true;
  }

  bool ReadUnknown(uint32_t number, WireType type, std::vector<uint32_t>& groups);
  bool ReadKnown(const FieldTable& field, WireType type, std::vector<bool>& seen, int depth);
  bool ReadDelimited(const FieldTable& field, std::vector<bool>& seen, int depth);
  bool ReadScalar(const FieldTable& field, std::vector<bool>& seen);
  bool Insert(const FieldTable& field, std::vector<bool>& seen) {
    if (!field.is_repeated() && seen[field.index]) {
      return Fail(fmt::format("repeated entries for singular field number {}", field.number));
    }
    seen[field.index] = true;
    return true;
  }

  const char* p_;
  const char* const end_;
  uint64_t limit_ = ~uint64_t{0};  // Bytes from here to the end of the message.
  std::string error_;
};

bool WireReader::ReadMessage(const MessageTable& table, std::optional<uint64_t> limit_bytes,
                             std::optional<uint32_t> group, int depth) {
  if (depth > kNestingMax) return Fail("allowed depth exceeded");
  const uint64_t outer = limit_;
  if (limit_bytes.has_value()) limit_ = std::min(limit_, *limit_bytes);
  const uint64_t own = limit_;
  std::vector<bool> seen(table.fields.size());
  std::vector<uint32_t> groups;  // Unknown ones.
  uint64_t tag;
  while (Available() > 0) {
    if (!Varint(tag)) {
      // A tag of more than ten bytes is read as far as it goes.
      if (Available() < kVarintBytesMax) break;
      return Fail(fmt::format("unknown wire type: {}", *p_ & 7));
    }
    const uint32_t number = static_cast<uint32_t>(tag) >> 3;
    const WireType type = static_cast<WireType>(tag & 7);
    if (static_cast<uint32_t>(tag) == 0) break;
    if (type == WireType::kEndGroup) {
      const std::optional<uint32_t> inside = groups.empty() ? group : groups.back();
      if (!inside.has_value()) {
        return Fail(fmt::format("attempted to close group {} before SGROUP tag", number));
      }
      if (number != *inside) {
        return Fail(
            fmt::format("attempted to close group {} while inside group {}", number, *inside));
      }
      if (groups.empty()) return true;
      groups.pop_back();
      continue;
    }
    const FieldTable* const field = groups.empty() ? table.FindNumber(number) : nullptr;
    const bool read = field == nullptr ? ReadUnknown(number, type, groups)
                                       : ReadKnown(*field, type, seen, depth);
    if (!read) return false;
  }
  if (limit_bytes.has_value()) limit_ = outer - (own - limit_);
  return true;
}

bool WireReader::ReadUnknown(uint32_t number, WireType type, std::vector<uint32_t>& groups) {
  uint64_t value;
  switch (type) {
    case WireType::kVarint: return Varint(value) || Fail(kEof);
    case WireType::kFixed64: return Skip(8);
    case WireType::kFixed32: return Skip(4);
    case WireType::kLength:
      if (!Varint(value)) return Fail(kEof);
      if (static_cast<uint32_t>(value) > Available()) return Fail("malformed length-delimited field");
      return Skip(static_cast<uint32_t>(value));
    case WireType::kStartGroup: groups.push_back(number); return true;
    default: return Fail(fmt::format("unknown wire type: {}", static_cast<int>(type)));
  }
}

bool WireReader::ReadKnown(const FieldTable& field, WireType type, std::vector<bool>& seen,
                           int depth) {
  const auto unsupported = [&](std::string_view what) {
    return Fail(fmt::format("field type {} (number {}) does not support {} fields",
                            TypeNumber(field.kind), field.number, what));
  };
  switch (type) {
    case WireType::kVarint:
      return WireTypeOf(field) == type ? ReadScalar(field, seen) : unsupported("varint");
    case WireType::kFixed64:
      return WireTypeOf(field) == type ? ReadScalar(field, seen) : unsupported("type 64-bit");
    case WireType::kFixed32:
      return WireTypeOf(field) == type ? ReadScalar(field, seen) : unsupported("32-bit");
    case WireType::kLength: return ReadDelimited(field, seen, depth);
    case WireType::kStartGroup:
      if (field.kind != Kind::kGroup) {
        return Fail(fmt::format("field number {} is not a group", field.number));
      }
      return ReadMessage(*field.message, std::nullopt, field.number, depth + 1) &&
             Insert(field, seen);
    default: return Fail(fmt::format("unknown wire type: {}", static_cast<int>(type)));
  }
}

bool WireReader::ReadScalar(const FieldTable& field, std::vector<bool>& seen) {
  uint64_t value;
  switch (WireTypeOf(field)) {
    case WireType::kFixed64:
      if (!Skip(8)) return false;
      break;
    case WireType::kFixed32:
      if (!Skip(4)) return false;
      break;
    default:
      if (field.kind == Kind::kBool && Available() > 0 && static_cast<uint8_t>(*p_) > 1) {
        return Fail(fmt::format("bad value for bool: \\x{:02x}", static_cast<uint8_t>(*p_)));
      }
      if (!Varint(value)) return Fail(kEof);
  }
  return Insert(field, seen);
}

bool WireReader::ReadDelimited(const FieldTable& field, std::vector<bool>& seen, int depth) {
  uint64_t length;
  if (!Varint(length)) return false;
  length = std::min<uint64_t>(static_cast<uint32_t>(length), limit_);
  if (field.kind == Kind::kMessage) {
    return ReadMessage(*field.message, length, std::nullopt, depth + 1) && Insert(field, seen);
  }
  if (field.kind == Kind::kString || field.kind == Kind::kBytes) {
    const std::string_view text(p_, std::min<uint64_t>(length, left()));
    if (!Skip(length)) return false;
    if (field.utf8 && Utf8Prefix(text) != text.size()) return Fail("proto3 strings must be UTF-8");
    return Insert(field, seen);
  }
  if (field.kind == Kind::kGroup) {
    if (length == 0) return true;
    return Fail(fmt::format("field type {} (number {}) does not support type 2 records", TypeNumber(field.kind),
                            field.number));
  }
  const uint64_t behind = limit_ - length;
  limit_ = length;
  while (limit_ > 0) {
    if (!ReadScalar(field, seen)) return false;
  }
  limit_ = behind;
  return true;
}

}  // namespace

std::string EnvoyWireError(const MessageTable& message, std::string_view wire) {
  WireReader reader(wire);
  reader.ReadMessage(message, std::nullopt, std::nullopt, 0);
  return std::move(reader.error());
}

}  // namespace minato::gateway
