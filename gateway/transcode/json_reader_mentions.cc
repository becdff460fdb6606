#include "gateway/transcode/json_reader.h"

namespace minato::gateway {
bool JsonReader::ReadMentions(const MessageTable& root, FieldMentions& mentions) {
  SkipSpace();
  bool any = false;
  return ReadMentionsOf(root, "", mentions, any);
}

// `any`: whether the object mentions a field at all.
bool JsonReader::ReadMentionsOf(const MessageTable& table, const std::string& prefix,
                                FieldMentions& mentions, bool& any) {
  if (!At('{')) return FailExpected("an object");
  if (!Enter()) return false;
  ++p_;
  SkipSpace();
  // A key may stand any number of times; its path, which may be long, is made once.
  std::vector<bool> mentioned(table.fields.size());
  bool more = !At('}');
  if (!more) ++p_;
  while (more) {
    std::string_view key;
    if (!At('"')) return FailExpected("a key in quotes");
    if (!ReadText(key)) return false;
    const FieldTable* const field = table.FindName(key);
    if (!ReadColon()) return false;
    any = any || field != nullptr;
    if (field != nullptr && At('{') && IsPlainMessage(*field)) {
      const std::string path = prefix + field->name;
      bool inside = false;
      if (!ReadMentionsOf(*field->message, path + ".", mentions, inside)) return false;
      if (!inside) mentions.Add(path);
    } else {
      if (!SkipValue()) return false;
      if (field != nullptr && !mentioned[field->index]) {
        mentioned[field->index] = true;
        mentions.Add(prefix + field->name);
      }
    }
    if (!NextElement('}', more)) return false;
  }
  Leave();
  return true;
}

}  // namespace minato::gateway
