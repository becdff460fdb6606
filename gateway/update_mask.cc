#include "gateway/update_mask.h"

#include <algorithm>

namespace minato::gateway {
void FillUpdateMask(const Route& route, std::string_view body, JsonRequest& request) {
  if (route.http_method != "PATCH" || request.target.empty() || !IsPlainMessage(*request.target.back())) return;
  const FieldTable* const mask = request.message->FindName("update_mask");
  if (mask == nullptr || mask->message == nullptr || mask->message->well_known != WellKnown::kFieldMask) return;
  const auto sets_mask = [mask](const Binding& binding) { return binding.path.front() == mask; };
  if (std::any_of(request.bindings.begin(), request.bindings.end(), sets_mask)) return;
  // Not as the text of a mask, whose camel case says nothing of names that have capitals in the .proto.
  const FieldPath paths = {mask, mask->message->FindName("paths")};
  for (std::string& path : MentionedFields(*request.target.back()->message, body)) {
    request.bindings.push_back({paths, std::move(path)});
  }
}

}  // namespace minato::gateway
