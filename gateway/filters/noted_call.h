// Where the attempts of a request went, for its access log.
#pragma once

#include <optional>

#include "gateway/access_log/record.h"
#include "gateway/upstream/http_call.h"

namespace minato::gateway {

// nullopt: the failure is none of the upstream's.
std::optional<ResponseFlag> FlagOf(UpstreamFailure failure);

// Notes an attempt when it is over. Nothing without a record.
class NotedCall {
 public:
  NotedCall(AccessLogRecord* record, const HttpCall& call) : record_(record), call_(call) {
    if (record_ != nullptr) record_->upstream_start.reset();
  }
  NotedCall(const NotedCall&) = delete;
  NotedCall& operator=(const NotedCall&) = delete;
  ~NotedCall() {
    if (record_ != nullptr) Note();
  }

 private:
  void Note();

  AccessLogRecord* const record_;
  const HttpCall& call_;
};

}  // namespace minato::gateway
