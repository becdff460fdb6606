#include "gateway/access_log/logged_stream.h"

#include "gateway/filters/client_address.h"
#include "gateway/filters/noted_head.h"
#include "gateway/filters/repeated_headers.h"
#include "gateway/front/date.h"
#include "gateway/http_status.h"

namespace minato::gateway {
namespace {

// Of "ipv4:127.0.0.1:40312"; empty for what is none.
std::string_view AddressOf(std::string_view peer) {
  const size_t kind = peer.find(':');
  return kind == peer.npos ? std::string_view() : peer.substr(kind + 1);
}

void NoteAddresses(std::string_view peer, std::string_view local, const RequestHead* head,
                   const ClientAddress& client_address, AccessLogRecord& record) {
  record.direct_remote_address = AddressOf(peer);
  record.local_address = AddressOf(local);
  record.remote_address = record.direct_remote_address;
  if (head == nullptr) return;
  const std::string ip = ForwardedIp(JoinedValue(*head, http::KnownHeader::kXForwardedFor), client_address);
  const bool is_v6 = ip.find(':') != ip.npos;
  if (!ip.empty()) record.remote_address = is_v6 ? "[" + ip + "]:0" : ip + ":0";
}

const Identity& IdentityOf(const LoggedOptions& options) {
  static const Identity kNone;
  return options.identity == nullptr ? kNone : *options.identity;
}

}  // namespace

AccessLogRecord RecordOf(const RefusedRequest& request, const LoggedOptions& options) {
  using Why = RefusedRequest::Why;
  AccessLogRecord record;
  record.start = request.begin;
  record.end = request.end;
  record.protocol = request.protocol;
  NoteAddresses(request.peer, request.local_address, request.head, options.client_address, record);
  if (request.head != nullptr) NoteRequest(record, *request.head);
  if (request.why == Why::kTunnel) {
    record.request.Remove(":path");
    record.request.Remove(":scheme");
  }
  if (request.why == Why::kNotServed) record.request_end = request.begin;
  record.status = request.status;
  record.bytes_sent = request.body_bytes;
  record.response.AddLowered(":status", std::to_string(request.status));
  if (!request.content_type.empty()) {
    record.response.AddLowered("content-type", request.content_type);
    record.response.AddLowered("content-length", std::to_string(request.body_bytes));
  }
  record.response.AddLowered("date", DateOf(request.end));
  OwnFields(IdentityOf(options)).AddTo([&](std::string_view name, std::string_view value) {
    record.response.AddLowered(name, value);
  });
  if (request.why == Why::kMalformed) record.flags.Add(ResponseFlag::kDownstreamProtocolError);
  if (request.why == Why::kTunnel) record.flags.Add(ResponseFlag::kNoRouteFound);
  if (request.why == Why::kLate && options.late_is_idle) record.flags.Add(ResponseFlag::kStreamIdleTimeout);
  return record;
}

LoggedStream::LoggedStream(ClientStream& client, const TaskContext& context, LoggedOptions options)
    : ForwardingStream(client), context_(context), options_(options) {
  record_.start = Now();
  if (!client.HasBody()) record_.request_end = record_.start;
  record_.protocol = client.head().protocol();
  NoteAddresses(client.peer(), client.local_address(), &client.head(), options.client_address, record_);
}

const AccessLogRecord& LoggedStream::Finish() {
  record_.end = Now();
  NoteRequest(record_, client().head());
  if (!nobody_to_answer_) {
    record_.status = client().response_status();
    record_.bytes_sent = client().response_bytes();
  }
  if (nobody_to_answer_ || (!record_.response_end.has_value() && context_.cancel.cancelled())) {
    record_.flags.Add(ResponseFlag::kDownstreamConnectionTermination);
  }
  return record_;
}

void LoggedStream::NoteReadError(const Status& error) {
  if (error.code() == StatusCode::kInvalidArgument) record_.flags.Add(ResponseFlag::kDownstreamProtocolError);
  // Not that of whoever reads, which has another status.
  const bool is_late = error.code() == StatusCode::kDeadlineExceeded && HttpStatusOf(error) == 408;
  if (is_late) record_.flags.Add(ResponseFlag::kStreamIdleTimeout);
  if (error.code() == StatusCode::kCancelled && client().response_status() == 0) nobody_to_answer_ = true;
}

Task<StatusOr<std::string_view>> LoggedStream::ReadWhole(size_t bytes_max) {
  StatusOr<std::string_view> whole = co_await client().ReadWhole(bytes_max);
  if (whole.ok()) {
    record_.bytes_received += whole->size();
    record_.request_end = Now();
  } else {
    NoteReadError(whole.status());
  }
  co_return whole;
}

Task<StatusOr<std::optional<std::string_view>>> LoggedStream::ReadPiece() {
  StatusOr<std::optional<std::string_view>> piece = co_await client().ReadPiece();
  if (!piece.ok()) {
    NoteReadError(piece.status());
  } else if (piece->has_value()) {
    record_.bytes_received += (*piece)->size();
  } else if (!record_.request_end.has_value()) {
    record_.request_end = Now();
  }
  co_return piece;
}

void LoggedStream::AddResponseHeader(std::string_view name, std::string_view value) {
  further_headers_.Add(name, value);
  client().AddResponseHeader(name, value);
}

void LoggedStream::BeginAnswer() {
  if (context_.cancel.cancelled()) nobody_to_answer_ = true;
  // Of what was begun to be read the end has been seen, too.
  const bool read_on = record_.bytes_received > 0 && !record_.request_end.has_value();
  if (read_on && client().BodyArrived()) record_.request_end = Now();
}

void LoggedStream::NoteHead(const ResponseHead& head, std::optional<uint64_t> content_length) {
  if (nobody_to_answer_) return;
  http::Headers& noted = record_.response;
  noted.clear();
  noted.AddLowered(":status", std::to_string(client().response_status()));
  if (!head.content_type.empty()) noted.AddLowered("content-type", head.content_type);
  OwnFields own(IdentityOf(options_));
  for (const http::HeaderField field : head.headers) {
    if (!own.Replaces(field)) noted.AddLowered(field.name, field.value);
  }
  for (const http::HeaderField field : further_headers_) noted.AddLowered(field.name, field.value);
  if (!noted.Has("date")) noted.AddLowered("date", DateOf(Now()));
  own.AddTo([&](std::string_view name, std::string_view value) { noted.AddLowered(name, value); });
  if (content_length.has_value()) noted.AddLowered("content-length", std::to_string(*content_length));
}

Status LoggedStream::NoteSent(const Status& sent, bool last) {
  if (sent.ok() && last) record_.response_end = Now();
  if (sent.code() == StatusCode::kUnavailable) record_.flags.Add(ResponseFlag::kDownstreamConnectionTermination);
  return sent;
}

Task<Status> LoggedStream::Respond(const ResponseHead& head, std::string_view body) {
  BeginAnswer();
  const Status sent = co_await client().Respond(head, body);
  // The front may have had an answer of its own.
  const uint64_t bytes = client().response_bytes() > 0 ? client().response_bytes() : body.size();
  const bool tells_length = !head.tells_no_length || !body.empty();
  NoteHead(head, tells_length ? bytes : head.content_length);
  co_return NoteSent(sent, true);
}

Task<Status> LoggedStream::StartResponse(const ResponseHead& head) {
  BeginAnswer();
  const Status sent = co_await client().StartResponse(head);
  NoteHead(head, head.content_length);
  co_return NoteSent(sent, false);
}

Task<Status> LoggedStream::Write(std::string_view piece) {
  const Status sent = co_await client().Write(piece);
  co_return NoteSent(sent, false);
}

Task<Status> LoggedStream::EndResponse(const http::Headers& trailers) {
  if (!trailers.empty() && !nobody_to_answer_) record_.trailers = trailers;
  const Status sent = co_await client().EndResponse(trailers);
  co_return NoteSent(sent, true);
}

}  // namespace minato::gateway
