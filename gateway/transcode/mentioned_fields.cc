#include "gateway/transcode/json_reader.h"
#include "gateway/transcode/json_to_wire.h"

namespace minato::gateway {
namespace {

bool IsPlainMessage(const FieldTable& field) {
  return field.cardinality == Cardinality::kSingular && field.kind == Kind::kMessage &&
         field.message->well_known == WellKnown::kNone;
}

void Collect(const MessageTable& table, std::string_view object, const std::string& prefix,
             std::vector<std::string>& paths) {
  for (const JsonMember& member : MembersOf(object)) {
    const FieldTable* field = table.FindName(member.key);
    if (field == nullptr) continue;
    const std::string path = prefix + field->name;
    const size_t before = paths.size();
    if (IsPlainMessage(*field) && member.value.starts_with('{')) {
      Collect(*field->message, member.value, path + ".", paths);
    }
    if (paths.size() == before) paths.push_back(path);
  }
}

}  // namespace

std::vector<std::string> MentionedFields(const MessageTable& message, std::string_view body) {
  std::vector<std::string> paths;
  Collect(message, body, "", paths);
  return paths;
}

}  // namespace minato::gateway
