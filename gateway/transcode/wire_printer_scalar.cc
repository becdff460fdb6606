#include <bit>

#include "gateway/transcode/base64.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/json_string.h"
#include "gateway/transcode/print_int.h"
#include "gateway/transcode/wire.h"
#include "gateway/transcode/wire_printer.h"

namespace minato::gateway {
namespace {

template <typename T>
T Load(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

constexpr size_t kBatch = 64;  // Numbers for which room is made at once.

char* PrintQuoted(char* w, int64_t value) {
  *w++ = '"';
  w = PrintInt(w, value);
  *w++ = '"';
  return w;
}

char* PrintQuotedUint(char* w, uint64_t value) {
  *w++ = '"';
  w = PrintUint(w, value);
  *w++ = '"';
  return w;
}

// A varint of up to eight bytes of the eight at p, without a branch for each byte; 0 bytes if it is
// longer.
size_t ReadVarintAtOnce(const char* p, uint64_t& value) {
  uint64_t bytes;
  std::memcpy(&bytes, p, 8);
  const uint64_t stops = ~bytes & 0x8080808080808080;
  if (stops == 0) return 0;
  bytes &= stops ^ (stops - 1);
  bytes = (bytes & 0x007f007f007f007f) | (bytes & 0x7f007f007f007f00) >> 1;
  bytes = (bytes & 0x00003fff00003fff) | (bytes & 0x3fff00003fff0000) >> 2;
  value = (bytes & 0x0fffffff) | (bytes & 0x0fffffff00000000) >> 4;
  return static_cast<size_t>(std::countr_zero(stops) / 8 + 1);
}

}  // namespace

bool WirePrinter::PrintScalar(const FieldTable& field, const Found& found) {
  switch (found.type) {
    case WireType::kVarint: {
      uint64_t value = 0;
      ReadVarint(found.value, found.end, value);
      return PrintVarint(field, found.value, value);
    }
    case WireType::kFixed32: PrintFixed32(field, found.value); return true;
    case WireType::kFixed64: PrintFixed64(field, found.value); return true;
    default: return PrintText(field, found.view());
  }
}

bool WirePrinter::PrintVarint(const FieldTable& field, const char* begin, uint64_t value) {
  char* w = sink_.Need(kNumberTextBytes);
  switch (field.kind) {
    case Kind::kInt32: w = PrintInt(w, static_cast<int32_t>(value)); break;
    case Kind::kUint32: w = PrintUint(w, static_cast<uint32_t>(value)); break;
    case Kind::kSint32: w = PrintInt(w, UnZigZag(static_cast<uint32_t>(value))); break;
    case Kind::kInt64: w = PrintQuoted(w, static_cast<int64_t>(value)); break;
    case Kind::kUint64: w = PrintQuotedUint(w, value); break;
    case Kind::kSint64: w = PrintQuoted(w, UnZigZag(value)); break;
    case Kind::kBool:
      // Envoy looks at the first byte only, so it refuses one of several bytes whatever its value.
      if (value > 1 || (options_.wire == JsonPrintOptions::Wire::kEnvoy && static_cast<uint8_t>(*begin) > 1)) {
        return Fail("bad value for a bool");
      }
      sink_.Append(value == 1 ? "true" : "false");
      return true;
    case Kind::kEnum: PrintEnum(*field.enumeration, static_cast<int32_t>(value)); return true;
    default: return false;
  }
  sink_.Wrote(w);
  return true;
}

void WirePrinter::PrintFixed32(const FieldTable& field, const char* p) {
  char* w = sink_.Need(kNumberTextBytes);
  if (field.kind == Kind::kFloat) {
    w = PrintFloat(w, Load<float>(p));
  } else if (field.kind == Kind::kFixed32) {
    w = PrintUint(w, Load<uint32_t>(p));
  } else {
    w = PrintInt(w, Load<int32_t>(p));
  }
  sink_.Wrote(w);
}

void WirePrinter::PrintFixed64(const FieldTable& field, const char* p) {
  char* w = sink_.Need(kNumberTextBytes);
  if (field.kind == Kind::kDouble) {
    w = PrintDouble(w, Load<double>(p));
  } else if (field.kind == Kind::kFixed64) {
    w = PrintQuotedUint(w, Load<uint64_t>(p));
  } else {
    w = PrintQuoted(w, Load<int64_t>(p));
  }
  sink_.Wrote(w);
}

bool WirePrinter::PrintText(const FieldTable& field, std::string_view text) {
  if (field.kind == Kind::kString) {
    const BadUtf8 of_proto2 =
        options_.wire == JsonPrintOptions::Wire::kStrict ? BadUtf8::kSpace : BadUtf8::kAsEnvoy;
    if (AppendJsonString(sink_, text, field.utf8 ? BadUtf8::kRefuse : of_proto2)) return true;
    return Fail("proto3 strings must be UTF-8");
  }
  char* w = sink_.Need(Base64Size(text.size()) + 2);
  *w++ = '"';
  w = EncodeBase64(w, text);
  *w++ = '"';
  sink_.Wrote(w);
  return true;
}

void WirePrinter::PrintEnum(const EnumTable& table, int32_t number) {
  if (table.is_null_value) return sink_.Append("null");
  if (options_.enums == JsonPrintOptions::Enums::kNames) {
    if (const EnumValue* value = table.FindNumber(number); value != nullptr) {
      // Names are identifiers: there is nothing to escape.
      char* w = sink_.Need(value->name.size() + 2);
      *w++ = '"';
      std::memcpy(w, value->name.data(), value->name.size());
      w += value->name.size();
      *w++ = '"';
      sink_.Wrote(w);
      return;
    }
  }
  sink_.Wrote(PrintInt(sink_.Need(kNumberTextBytes), number));
}

template <typename Print>
const char* WirePrinter::PrintPackedVarints(const char* p, const char* end, bool& first,
                                            Print print) {
  while (p < end) {
    char* w = sink_.Need(kBatch * (kNumberTextBytes + 1));
    for (size_t i = 0; i < kBatch && p < end; ++i) {
      uint64_t value;
      const size_t bytes = end - p >= 8 ? ReadVarintAtOnce(p, value) : 0;
      const char* const behind = bytes != 0 ? p + bytes : ReadVarint(p, end, value);
      if (behind == nullptr) {
        Fail("the message is cut off or is not protobuf");
        return nullptr;
      }
      p = behind;
      *w = ',';
      w = print(w + !first, value);
      first = false;
    }
    sink_.Wrote(w);
  }
  return end;
}

const char* WirePrinter::PrintPacked(const FieldTable& field, std::string_view values,
                                     bool& first) {
  const char* p = values.data();
  const char* const end = p + values.size();
  const WireType type = static_cast<WireType>(field.tag.bytes[0] & 7);
  const size_t step = type == WireType::kFixed32 ? 4 : type == WireType::kFixed64 ? 8 : 0;
  if (step != 0 && values.size() % step != 0) {
    Fail("the message is cut off or is not protobuf");
    return nullptr;
  }
  if (!indent_) {
    switch (field.kind) {
      case Kind::kInt32:
        return PrintPackedVarints(p, end, first, [](char* w, uint64_t v) {
          return PrintInt(w, static_cast<int32_t>(v));
        });
      case Kind::kUint32:
        return PrintPackedVarints(p, end, first, [](char* w, uint64_t v) {
          return PrintUint(w, static_cast<uint32_t>(v));
        });
      case Kind::kInt64:
        return PrintPackedVarints(p, end, first, [](char* w, uint64_t v) {
          return PrintQuoted(w, static_cast<int64_t>(v));
        });
      default: break;
    }
  }
  while (p < end) {
    Separate(first);
    if (step == 4) {
      PrintFixed32(field, p);
    } else if (step == 8) {
      PrintFixed64(field, p);
    } else {
      uint64_t value;
      const char* const behind = ReadVarint(p, end, value);
      if (behind == nullptr) {
        Fail("the message is cut off or is not protobuf");
        return nullptr;
      }
      if (!PrintVarint(field, p, value)) return nullptr;
      p = behind;
      continue;
    }
    p += step;
  }
  return end;
}

bool WirePrinter::PrintMapKey(const FieldTable& field, const Found& found) {
  if (field.kind == Kind::kString) return PrintText(field, found.view());
  // 64-bit numbers bring their quotes.
  std::string key;
  Sink bare(key, kNumberTextBytes);
  WirePrinter printer(options_, order_, bare);
  if (found.number == 0) {
    printer.PrintDefault(field);
  } else if (!printer.PrintScalar(field, found)) {
    return Fail(printer.what_);
  }
  bare.Close();
  const bool quoted = key.starts_with('"');
  if (!quoted) sink_.Append('"');
  sink_.Append(key);
  if (!quoted) sink_.Append('"');
  return true;
}

}  // namespace minato::gateway
