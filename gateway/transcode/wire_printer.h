#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/transcode/schema.h"
#include "gateway/transcode/sink.h"
#include "gateway/transcode/wire_to_json.h"

namespace minato::gateway {

// Wire bytes of one message to JSON in one pass, as long as fields come by ascending number.
// Functions that consume return where they stopped, or nullptr after a failure.
class WirePrinter {
 public:
  enum class Order {
    kAscending,  // Assumed. If it does not hold, printing fails and out_of_order() says so.
    kAny,        // Each message is looked through first, and sorted if need be.
  };

  WirePrinter(const JsonPrintOptions& options, Order order, Sink& sink)
      : options_(options),
        order_(order),
        indent_(options.whitespace == JsonPrintOptions::Whitespace::kIndent),
        names_(options.names),
        sink_(sink) {}

  bool PrintMessage(const MessageTable& table, std::string_view wire);
  // A field's value without its name: `wire` is the whole message that has it.
  bool PrintFieldOf(const FieldTable& field, std::string_view wire);
  void PrintEnd();  // Of the document.

  bool out_of_order() const { return out_of_order_; }
  absl::Status status() const { return absl::InvalidArgumentError(what_); }

 private:
  static constexpr int kNestingMax = 100;

  // A field found on the wire.
  struct Found {
    uint32_t number = 0;
    WireType type = WireType::kVarint;
    const char* value = nullptr;  // Of a length-delimited field: behind the length.
    const char* end = nullptr;    // Of the value; of a group: before the tag that ends it.
    const char* next = nullptr;   // Behind the field.
    std::string_view view() const { return {value, static_cast<size_t>(end - value)}; }
  };

  // Messages: wire_printer.cc
  bool PrintObject(const MessageTable& table, std::string_view wire);
  bool PrintFields(const MessageTable& table, std::string_view wire, bool& first);
  bool PrintInOrder(const MessageTable& table, std::string_view wire, bool& first);
  const char* PrintField(const FieldTable& field, const Found& found, const char* end, bool& first);
  const char* PrintList(const FieldTable& field, Found found, const char* end);
  const char* PrintMap(const FieldTable& field, Found found, const char* end);
  bool PrintMapEntry(const FieldTable& key, const FieldTable& value, std::string_view wire,
                     bool& first);
  bool PrintValue(const FieldTable& field, const Found& found);
  void PrintUnset(const MessageTable& table, size_t from, size_t to, bool& first);
  void PrintDefault(const FieldTable& field);
  void PrintKey(const FieldTable& field, bool& first) {
    const std::string& key =
        names_ == JsonPrintOptions::Names::kJson ? field.json_key : field.proto_key;
    if (indent_) return PrintIndentedKey(key, first);
    const size_t skip = first;  // The comma.
    first = false;
    sink_.Wrote(CopyBlocks(sink_.Need(key.size()), key.data() + skip, key.size() - skip));
  }
  void PrintIndentedKey(std::string_view key, bool& first);
  bool IsAscending(const MessageTable& table, std::string_view wire, bool& ascending);
  bool Sort(const MessageTable& table, std::string_view wire, std::string& sorted);

  // Scalars: wire_printer_scalar.cc
  bool PrintScalar(const FieldTable& field, const Found& found);
  const char* PrintPacked(const FieldTable& field, std::string_view values, bool& first);
  // `begin`: of the varint's bytes.
  bool PrintVarint(const FieldTable& field, const char* begin, uint64_t value);
  template <typename Print>
  const char* PrintPackedVarints(const char* p, const char* end, bool& first, Print print);
  void PrintFixed32(const FieldTable& field, const char* p);
  void PrintFixed64(const FieldTable& field, const char* p);
  bool PrintText(const FieldTable& field, std::string_view text);
  bool PrintMapKey(const FieldTable& field, const Found& found);
  void PrintEnum(const EnumTable& table, int32_t number);

  // Well-known types: wire_printer_known.cc
  bool PrintKnown(const MessageTable& table, std::string_view wire);
  bool PrintAny(const MessageTable& table, std::string_view wire);
  bool PrintAnyAsItsType(const MessageTable& table, std::string_view type_url,
                         std::string_view value);
  bool PrintAnyOf(const MessageTable& inner, std::string_view type_url, std::string_view value);
  bool PrintAnyAsBytes(const MessageTable& table, std::string_view type_url,
                       std::string_view value);
  void PrintAnyKey(std::string_view key, bool& first);
  bool PrintTime(const MessageTable& table, std::string_view wire);
  bool PrintFieldMask(const FieldTable& paths, std::string_view wire);
  bool PrintJsonValue(const MessageTable& table, std::string_view wire);
  bool PrintWrapper(const MessageTable& table, std::string_view wire);
  bool TakeElements(const FieldTable& field, std::string_view wire, std::string& elements);
  bool PrintWhole(const FieldTable& field, std::string_view wire);
  // A google.protobuf.Value without any value: it is left out wherever it stands.
  bool IsEmptyValue(const FieldTable& field, std::string_view wire) const;

  // Reads one field; groups are taken whole. nullptr if the bytes are no field.
  const char* Next(const char* p, const char* end, Found& found) {
    // A small number and a small value or length: most fields.
    if (end - p >= 2 && static_cast<uint8_t>(p[0]) >= 8 && ((p[0] | p[1]) & 0x80) == 0) [[likely]] {
      found.number = static_cast<uint8_t>(p[0]) >> 3;
      found.type = static_cast<WireType>(p[0] & 7);
      if (found.type == WireType::kLength && end - p - 2 >= p[1]) {
        found.value = p + 2;
        return found.next = found.end = p + 2 + p[1];
      }
      if (found.type == WireType::kVarint) {
        found.value = p + 1;
        return found.next = found.end = p + 2;
      }
    }
    return NextAny(p, end, found);
  }
  const char* NextAny(const char* p, const char* end, Found& found);
  const char* SkipGroup(const char* p, const char* end, Found& found, int depth);
  // Packed and single elements are both good; see Refit for what is not.
  bool Fits(const FieldTable& field, const Found& found) const {
    const WireType wanted = static_cast<WireType>(field.tag.bytes[0] & 7);
    return found.type == wanted ||
           (found.type == WireType::kLength && field.cardinality == Cardinality::kRepeated &&
            wanted != WireType::kStartGroup);
  }

  static bool IsNumber(Kind kind) { return kind < Kind::kString || kind == Kind::kEnum; }
  static bool IsPackable(const FieldTable& field) {
    return field.cardinality == Cardinality::kRepeated && IsNumber(field.kind);
  }
  // Notes `found` if it is of this singular field. False if it must not stand there.
  bool Take(const FieldTable& field, const Found& found, Found& taken) {
    if (found.number != field.number) return true;
    Found fitting = found;
    if (!Fits(field, fitting)) {
      if (!Refit(field, fitting)) return false;
      if (fitting.number == 0) return true;
    }
    if (taken.number != 0) return FailRepeated(field);
    taken = fitting;
    return true;
  }

  bool Open(char bracket) {
    sink_.Append(bracket);
    return ++levels_ <= kNestingMax || options_.wire != JsonPrintOptions::Wire::kStrict ||
           TooDeep();
  }
  void Close(char bracket, bool empty) {
    --levels_;
    if (indent_ && !empty) NewLine();
    sink_.Append(bracket);
  }
  // The comma and the line before an element.
  void Separate(bool& first) {
    if (!first) sink_.Append(',');
    first = false;
    if (indent_) NewLine();
  }
  void NewLine();
  bool TooDeep();
  bool FailRepeated(const FieldTable& field);
  // For a field of another wire type than the schema's: it is unknown, and gets the number 0. As
  // Envoy has it that is an error, but for a singular number in the form of a packed list: `found`
  // becomes its one element, or gets the number 0 if it has none, as does an empty list for a group.
  bool Refit(const FieldTable& field, Found& found);
  bool EnterMessage() {
    return ++messages_ <= kNestingMax + 1 || options_.wire != JsonPrintOptions::Wire::kEnvoy ||
           TooDeep();
  }
  void LeaveMessage() { --messages_; }
  // For what is not printed: whether Envoy, which reads it all, finds no error in it.
  bool IsReadable(const MessageTable& table, std::string_view wire);
  [[gnu::cold, gnu::noinline]] bool Fail(std::string what);

  const JsonPrintOptions& options_;
  const Order order_;
  const bool indent_;
  const JsonPrintOptions::Names names_;
  Sink& sink_;
  int levels_ = 0;
  int messages_ = 0;
  bool out_of_order_ = false;
  std::string what_;
};

}  // namespace minato::gateway
