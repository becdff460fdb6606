// The head of a request as its access log is to show it: as the filter that came last had it.
#pragma once

#include "gateway/access_log/record.h"
#include "gateway/front/request_head.h"
#include "gateway/upstream/http_call.h"

namespace minato::gateway {

// Unless one has been noted: who is nearer to the upstream notes first.
void NoteRequest(AccessLogRecord& record, const RequestHead& head);
void NoteRequest(AccessLogRecord& record, const HttpRequestView& request);

// Notes `head` when what stands behind it has served. Nothing without a record.
class NotedHead {
 public:
  NotedHead(AccessLogRecord* record, const RequestHead& head) : record_(record), head_(head) {}
  NotedHead(const NotedHead&) = delete;
  NotedHead& operator=(const NotedHead&) = delete;
  ~NotedHead() {
    if (record_ != nullptr) NoteRequest(*record_, head_);
  }

 private:
  AccessLogRecord* const record_;
  const RequestHead& head_;
};

}  // namespace minato::gateway
