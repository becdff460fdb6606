#include "gateway/update_mask.h"

#include <algorithm>

namespace minato::gateway {
namespace {

bool IsPlainMessage(const FieldTable& field) {
  return field.cardinality == Cardinality::kSingular && field.kind == Kind::kMessage &&
         field.message->well_known == WellKnown::kNone;
}

}  // namespace

void FillUpdateMask(const Route& route, std::string_view body, JsonRequest& request) {
  if (route.http_method != "PATCH" || request.target.empty() || !IsPlainMessage(*request.target.back())) return;
  const FieldTable* const mask = request.message->FindName("update_mask");
  if (mask == nullptr || mask->message == nullptr || mask->message->well_known != WellKnown::kFieldMask) return;
  const auto sets_mask = [mask](const Binding& binding) { return binding.path.front() == mask; };
  if (std::any_of(request.bindings.begin(), request.bindings.end(), sets_mask)) return;
  std::string paths;
  for (const std::string& path : MentionedFields(*request.target.back()->message, body)) {
    if (!paths.empty()) paths += ',';
    paths += path;
  }
  if (!paths.empty()) request.bindings.push_back({{mask}, std::move(paths)});
}

}  // namespace minato::gateway
