#include "gateway/transcode/scalar_text.h"

#include <limits>

#include "fmt/format.h"
#include "gateway/transcode/base64.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/json_string.h"
#include "gateway/transcode/utf8.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {
namespace {

template <typename Narrow, typename Wide>
std::optional<Narrow> Fit(std::optional<Wide> value) {
  if (!value || *value < std::numeric_limits<Narrow>::min() ||
      *value > std::numeric_limits<Narrow>::max()) {
    return std::nullopt;
  }
  return static_cast<Narrow>(*value);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::string Unfit(std::string_view expected, std::string_view text) {
  return fmt::format("expected {}, found {}", expected, QuoteJson(text));
}

}  // namespace

std::optional<bool> BoolFromText(std::string_view text) {
  for (std::string_view yes : {"true", "t", "yes", "y", "1"}) {
    if (EqualsIgnoringCase(text, yes)) return true;
  }
  for (std::string_view no : {"false", "f", "no", "n", "0"}) {
    if (EqualsIgnoringCase(text, no)) return false;
  }
  return std::nullopt;
}

std::optional<int32_t> EnumFromText(const EnumTable& table, std::string_view text,
                                    EnumNames names) {
  const EnumValue* value = table.FindName(text);
  if (value == nullptr) {
    std::optional<int32_t> number = Fit<int32_t>(Int64FromText(text));
    if (number) value = table.FindNumber(*number);
  }
  if (value == nullptr && names == EnumNames::kAnyCase) value = table.FindFolded(text);
  if (value == nullptr) return std::nullopt;
  return value->number;
}

std::string AppendScalarText(Sink& sink, const FieldTable& field, std::string_view text,
                             EnumNames names) {
  auto varint = [&](uint64_t value) {
    sink.Wrote(WriteVarint(WriteTag(sink.Need(kTagBytesMax + kVarintBytesMax), field.tag), value));
    return std::string();
  };
  auto fixed = [&](auto value) {
    sink.Wrote(WriteFixed(WriteTag(sink.Need(kTagBytesMax + sizeof value), field.tag), value));
    return std::string();
  };
  switch (field.kind) {
    case Kind::kString: {
      if (Utf8Prefix(text) != text.size()) return "the text is not UTF-8";
      char* w = sink.Need(kTagBytesMax + kLengthBytesMax + text.size());
      w = WriteVarint(WriteTag(w, field.tag), text.size());
      std::memcpy(w, text.data(), text.size());
      sink.Wrote(w + text.size());
      return "";
    }
    case Kind::kBytes: {
      std::string bytes(Base64DecodedMax(text.size()), '\0');
      char* end = DecodeBase64(bytes.data(), text);
      if (end == nullptr) return Unfit("base64", text);
      bytes.resize(static_cast<size_t>(end - bytes.data()));
      sink.Wrote(WriteVarint(WriteTag(sink.Need(kTagBytesMax + kLengthBytesMax), field.tag),
                             bytes.size()));
      sink.Append(bytes);
      return "";
    }
    case Kind::kDouble: {
      std::optional<double> value = DoubleFromText(text);
      return value ? fixed(*value) : Unfit("a number", text);
    }
    case Kind::kFloat: {
      std::optional<double> value = DoubleFromText(text);
      std::optional<float> narrow = value ? NarrowToFloat(*value) : std::nullopt;
      return narrow ? fixed(*narrow) : Unfit("a number in the range of float", text);
    }
    case Kind::kInt32:
    case Kind::kSint32:
    case Kind::kSfixed32: {
      std::optional<int32_t> value = Fit<int32_t>(Int64FromText(text));
      if (!value) return Unfit("a 32-bit integer", text);
      if (field.kind == Kind::kSfixed32) return fixed(*value);
      return varint(field.kind == Kind::kSint32 ? ZigZag(*value)
                                                : static_cast<uint64_t>(int64_t{*value}));
    }
    case Kind::kInt64:
    case Kind::kSint64:
    case Kind::kSfixed64: {
      std::optional<int64_t> value = Int64FromText(text);
      if (!value) return Unfit("a 64-bit integer", text);
      if (field.kind == Kind::kSfixed64) return fixed(*value);
      return varint(field.kind == Kind::kSint64 ? ZigZag(*value) : static_cast<uint64_t>(*value));
    }
    case Kind::kUint32:
    case Kind::kFixed32: {
      std::optional<uint32_t> value = Fit<uint32_t>(Uint64FromText(text));
      if (!value) return Unfit("an unsigned 32-bit integer", text);
      return field.kind == Kind::kFixed32 ? fixed(*value) : varint(*value);
    }
    case Kind::kUint64:
    case Kind::kFixed64: {
      std::optional<uint64_t> value = Uint64FromText(text);
      if (!value) return Unfit("an unsigned 64-bit integer", text);
      return field.kind == Kind::kFixed64 ? fixed(*value) : varint(*value);
    }
    case Kind::kBool: {
      std::optional<bool> value = BoolFromText(text);
      return value ? varint(*value) : Unfit("true or false", text);
    }
    case Kind::kEnum: {
      std::optional<int32_t> value = EnumFromText(*field.enumeration, text, names);
      return value ? varint(static_cast<uint64_t>(int64_t{*value}))
                   : Unfit(fmt::format("a value of {}", field.enumeration->full_name), text);
    }
    case Kind::kMessage:
    case Kind::kGroup: break;
  }
  return "a message cannot be given as text";
}

}  // namespace minato::gateway
