#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "gateway/transcode/binding_tree.h"
#include "gateway/transcode/json_number.h"
#include "gateway/transcode/json_read_options.h"
#include "gateway/transcode/map_keys.h"
#include "gateway/transcode/schema.h"
#include "gateway/transcode/sink.h"
#include "gateway/transcode/wire.h"

namespace minato::gateway {

// Why a text was not read.
struct JsonError {
  std::string what;
  std::string path;   // "person.pets[0].age", empty at the root
  size_t offset = 0;  // Into the text.
};

// Paths of fields, each once, in the order in which they were met.
class FieldMentions {
 public:
  void Add(const std::string& path) {
    if (known_.insert(path).second) paths_.push_back(path);
  }
  std::vector<std::string> Take() && { return std::move(paths_); }

 private:
  absl::flat_hash_set<std::string> known_;
  std::vector<std::string> paths_;
};

// The fast strict reader: one pass over a whole JSON text, wire bytes straight into a Sink.
// Recursion is bounded by kJsonDepthMax. One reader reads one text.
class JsonReader {
 public:
  // All are referred to until Read returns.
  JsonReader(std::string_view json, const JsonReadOptions& options, Sink& sink)
      : begin_(json.data()),
        p_(json.data()),
        end_(json.data() + json.size()),
        options_(options),
        sink_(sink) {}

  // Reads the text as the value of the field at `target` of a `root` message (the message itself if
  // the path is empty), nothing but white space around it, and adds the bindings. False: see
  // error().
  bool Read(const MessageTable& root, const FieldPath& target, BindingNode& bindings);
  // The same for a text that is not there.
  bool ReadNothing(const MessageTable& root, BindingNode& bindings);

  JsonError& error() { return error_; }

  // The fields of a `root` message that the object which is the text mentions, as MentionedFields
  // has them.
  bool ReadMentions(const MessageTable& root, FieldMentions& mentions);

 private:
  struct Length {
    size_t at;
    uint8_t width;
  };
  struct RawString {
    const char* begin;
    const char* end;
    bool escaped;
    std::string_view view() const { return {begin, static_cast<size_t>(end - begin)}; }
  };
  enum class Tagged : uint8_t { kYes, kNo };
  // Which keys of an object are no fields of the message.
  enum class Object : uint8_t { kPlain, kInsideAny };

  // Messages and fields: json_reader.cc
  bool ReadTarget(const MessageTable& table, const FieldPath& target, size_t depth,
                  BindingNode* node);
  bool ReadObject(const MessageTable& table, BindingNode* node, Object object);
  // With the colon behind it. Null if the key names no field; `key` is good until the next string
  // is read.
  bool ReadKey(const MessageTable& table, const FieldTable* expected, const FieldTable*& field,
               std::string_view& key);
  bool KeyIs(const FieldTable& field) const;
  bool ReadColon();
  bool ReadUnknown(const MessageTable& table, std::string_view key, const char* key_start,
                   Object object);
  bool ReadFieldValue(const FieldTable& field, BindingNode* node);
  bool ReadList(const FieldTable& field);
  bool ReadMap(const FieldTable& field);
  bool ReadMapValue(const FieldTable& value);
  bool ReadValue(const FieldTable& field, BindingNode* node);
  bool ReadMessageBody(const MessageTable& table, BindingNode* node);
  bool ClaimOneof(const MessageTable& table, const FieldTable& field, uint64_t& oneofs);
  bool ReadBoundField(const FieldTable& field, BindingNode* child, const BindingNode& node);
  BindingNode* Meet(BindingNode& node, const FieldTable& field, std::string_view key);
  bool WriteBindings(const MessageTable& table, BindingNode& node, uint64_t& oneofs);
  bool WriteEntry(const BindingNode& entry);
  bool WriteEntries(BindingNode& node, const FieldTable& map);
  bool AgreesWithUrl(const BindingNode& node, const FieldTable& field, size_t written_at,
                     const char* value);
  bool CheckRequired(const MessageTable& table, size_t start);

  // json_reader_mentions.cc
  bool ReadMentionsOf(const MessageTable& table, const std::string& prefix, FieldMentions& mentions,
                      bool& any);

  // Scalars: json_reader_scalar.cc
  template <Tagged tagged>
  bool ReadScalar(const FieldTable& field);
  template <Tagged tagged>
  bool ReadString(const FieldTable& field);
  template <Tagged tagged>
  bool ReadBytes(const FieldTable& field);
  bool ReadPacked(const FieldTable& field);
  void ReadPlainRun(Kind kind, size_t& index, bool& more);
  template <typename InRange>
  void ReadPlainVarints(InRange in_range, size_t& index, bool& more);
  bool ReadSigned(int64_t min, int64_t max, const char* expected, int64_t& value);
  bool ReadUnsigned(uint64_t max, const char* expected, uint64_t& value);
  bool ReadReal(double& value);
  bool ReadFloat(float& value);
  bool FitsAsText(double real) const;
  bool ReadBool(bool& value);
  bool ReadEnum(const EnumTable& table, int32_t& value);
  bool WriteText(const FieldTable& field, std::string_view text);  // A binding or a map key.

  // Well-known types: json_reader_known.cc
  bool ReadJsonValue();
  bool ReadStructFields();
  bool ReadListItems();
  bool ReadTimeText(WellKnown type);
  bool WriteTimeText(WellKnown type, std::string_view text);
  bool WriteFieldMask(std::string_view text);
  bool ReadAny(const MessageTable& any);
  bool ReadAnyValue(const MessageTable& table);
  bool FindAnyType(std::string& type_url);

  // Tokens: json_reader_token.cc
  void SkipSpace() {
    if (p_ < end_ && static_cast<uint8_t>(*p_) > ' ') [[likely]]
      return;
    SkipSpaceRun();
  }
  void SkipSpaceRun();
  bool ScanString(RawString& raw);
  char* Unescape(const RawString& raw, char* w);
  bool ReadText(std::string_view& text);  // A whole string, unescaped; valid until the next call.
  bool Text(const RawString& raw, std::string_view& text);
  bool ReadLiteral(std::string_view literal);
  bool SkipValue();
  bool SkipNull() { return ReadLiteral("null"); }
  bool At(char c) const { return p_ < end_ && *p_ == c; }
  // Behind an element: true at a comma with `more`, or at `close`.
  bool NextElement(char close, bool& more) {
    if (end_ - p_ >= 2 && *p_ == ',' && static_cast<uint8_t>(p_[1]) > ' ') [[likely]] {
      ++p_;
      return more = true;
    }
    return NextElementAnyhow(close, more);
  }
  bool NextElementAnyhow(char close, bool& more);
  std::string Found() const;

  bool Enter();
  void Leave() { --depth_; }
  Length BeginLength();
  size_t EndLength(Length length);  // Where the content begins now.
  [[gnu::cold, gnu::noinline]] bool Fail(std::string what);
  [[gnu::cold, gnu::noinline]] bool FailExpected(std::string_view what);
  [[gnu::cold, gnu::noinline]] bool In(
      std::string_view name);  // Puts the name before the error's path; false.
  [[gnu::cold, gnu::noinline]] bool InElement(size_t index);

  const char* const begin_;
  const char* p_;
  const char* const end_;
  const JsonReadOptions& options_;
  Sink& sink_;
  int depth_ = 0;
  int open_lengths_ = 0;
  int open_anys_ = 0;
  const char* too_deep_at_ = nullptr;  // the first message beyond kMessageDepthMax
  // Bytes of the last length written at this depth, minus one.
  uint8_t widths_[kJsonDepthMax + 2] = {};
  std::string scratch_;
  MapKeys map_keys_;
  // Set oneofs beyond the first 64 of a message: depth << 32 | index.
  std::vector<uint64_t> more_oneofs_;
  JsonError error_;
};

}  // namespace minato::gateway
