// What a gRPC operation is given as its tag, embedded by whoever starts the operation.
#pragma once

namespace minato {

// In place and alive until its operation came back from the queue; one operation at a time.
class CqTag {
 public:
  // `ok` as gRPC defines it for the operation.
  using Done = void (*)(CqTag& tag, bool ok);

  explicit CqTag(Done done) : done_(done) {}
  CqTag(const CqTag&) = delete;
  CqTag& operator=(const CqTag&) = delete;

 private:
  friend class CqExecutor;
  const Done done_;
};

}  // namespace minato
