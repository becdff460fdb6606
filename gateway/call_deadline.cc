#include "gateway/call_deadline.h"

#include <algorithm>

#include <absl/strings/numbers.h>

namespace minato::gateway {

CallDeadline::CallDeadline(const TaskContext& parent, absl::Time deadline)
    : Timer(&OnTimer), cancel_(parent.cancel),
      context_{parent.home, cancel_.token(), std::min(parent.deadline, deadline)} {
  if (context_.deadline < parent.deadline) parent.home->timers().Arm(*this, context_.deadline);
}

CallDeadline::~CallDeadline() { context_.home->timers().Disarm(*this); }

void CallDeadline::OnTimer(Timer& timer) {
  static_cast<CallDeadline&>(timer).cancel_.Cancel(DeadlineExceeded("the call's deadline passed"));
}

StatusOr<absl::Duration> ParseGrpcTimeout(std::string_view value) {
  int64_t count = 0;
  const bool well_formed = value.size() >= 2 && value.size() <= 9 && value[0] >= '0' && value[0] <= '9' &&
                           absl::SimpleAtoi(absl::string_view(value.data(), value.size() - 1), &count);
  if (well_formed) {
    switch (value.back()) {
      case 'H': return absl::Hours(count);
      case 'M': return absl::Minutes(count);
      case 'S': return absl::Seconds(count);
      case 'm': return absl::Milliseconds(count);
      case 'u': return absl::Microseconds(count);
      case 'n': return absl::Nanoseconds(count);
    }
  }
  return InvalidArgument("header grpc-timeout: \"{}\" is no timeout (1 to 8 digits and one of HMSmun)", value);
}

}  // namespace minato::gateway
