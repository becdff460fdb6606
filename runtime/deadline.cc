#include "runtime/deadline.h"

#include <algorithm>

namespace minato {

Deadline::Deadline(const TaskContext& parent, absl::Time deadline)
    : Timer(&OnTimer),
      cancel_(parent.cancel),
      context_{parent.home, cancel_.token(), std::min(parent.deadline, deadline)} {
  if (context_.deadline < parent.deadline) parent.home->timers().Arm(*this, context_.deadline);
}

Deadline::~Deadline() { context_.home->timers().Disarm(*this); }

void Deadline::OnTimer(Timer& timer) {
  static_cast<Deadline&>(timer).cancel_.Cancel(DeadlineExceeded("the deadline passed"));
}

}  // namespace minato
