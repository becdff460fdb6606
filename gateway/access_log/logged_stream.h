// A request whose access log has to be written: the stream next to the client, which notes what passes by.
#pragma once

#include "gateway/access_log/record.h"
#include "gateway/filters/client_address.h"
#include "gateway/filters/forwarding_stream.h"
#include "gateway/front/own_fields.h"

namespace minato::gateway {

struct LoggedOptions {
  ClientAddress client_address = {.use_remote_address = true};
  const Identity* identity = nullptr;  // the front's; nullptr: none
  bool late_is_idle = false;  // a head that comes too late is one for stream_idle_timeout
};

// Of a request that the front refused.
AccessLogRecord RecordOf(const RefusedRequest& request, const LoggedOptions& options);

class LoggedStream final : public ForwardingStream {
 public:
  // Begins the request's time. `client` and `context`, that of the task that serves it, must outlive it.
  LoggedStream(ClientStream& client, const TaskContext& context, LoggedOptions options);

  // The request has been served.
  const AccessLogRecord& Finish();

  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override;
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  void AddResponseHeader(std::string_view name, std::string_view value) override;
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;
  AccessLogRecord* access_log() override { return &record_; }

 private:
  absl::Time Now() const { return context_.home->clock().Now(); }
  void NoteReadError(const Status& error);
  void BeginAnswer();
  void NoteHead(const ResponseHead& head, std::optional<uint64_t> content_length);
  Status NoteSent(const Status& sent, bool last);

  const TaskContext& context_;
  const LoggedOptions options_;
  http::Headers further_headers_;
  bool nobody_to_answer_ = false;  // the client was gone before there was an answer
  AccessLogRecord record_;
};

}  // namespace minato::gateway
