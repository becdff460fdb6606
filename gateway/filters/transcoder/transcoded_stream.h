// A matched request and its answer, as they are to the filters behind the transcoder: a gRPC call.
#pragma once

#include "gateway/filters/forwarding_stream.h"
#include "gateway/filters/transcoder/stream_buffers.h"
#include "gateway/filters/transcoder/transcoded_head.h"
#include "gateway/filters/transcoder/transcoded_reply.h"
#include "gateway/filters/transcoder/transcoded_request.h"
#include "gateway/upstream/route_choice.h"

namespace minato::gateway {

// Wraps the client's stream. What reads and answers it need not know that it is not gRPC; but:
//   - where response_status() is 0 nothing has been sent to the client yet, whatever was started here: the head of a
//     unary reply is held until its end. Respond may still give another answer instead;
//   - an error of ReadPiece, Write or EndResponse with response_status() != 0 has been answered, and is not to be cut;
//   - a Respond without a body that has a grpc-status is a reply of trailers only. Any other is passed on as it is.
class TranscodedStream final : public ForwardingStream {
 public:
  // All must outlive it.
  TranscodedStream(ClientStream& client, const TranscoderTables& tables, const Route& route, UrlBindings url,
                   const StreamBuffers& buffers, const RouteChoice& choice)
      : ForwardingStream(client),
        tables_(tables),
        choice_(choice),
        connection_buffer_bytes_(buffers.http1),
        head_(client.head(), route.call_path, tables.extensions()),
        request_(tables, route, std::move(url), client.head(), BytesMax(buffers)),
        is_head_of_get_(route.http_method == "GET" && client.head().method() == "HEAD"),
        reply_(tables, route, BytesMax(buffers)) {}

  // Makes the message of a request that is complete with its head. Before anything else.
  Status FinishWithoutBody();

  const RequestHead& head() const override { return head_; }
  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override;
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  bool HasBody() const override { return true; }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;
  void CutResponse() override;
  Task<void> FailResponse(Status error) override;

 private:
  enum class Answer {
    kNone,
    kPassed,   // not gRPC: goes as it comes
    kHeld,     // the head waits for what the messages say
    kStarted,  // goes message by message
    kDone,     // complete, refused or cut
  };

  // The next piece of the body, cut as Envoy would see it: what came at once is one.
  Task<StatusOr<std::optional<std::string_view>>> NextPiece();
  Task<StatusOr<std::optional<std::string_view>>> ReadFurther();
  Task<StatusOr<std::optional<std::string_view>>> NextSliceOfFrame();
  Task<StatusOr<std::optional<std::string_view>>> NextSliceOfRead();
  std::string_view Slice(size_t bytes_max);
  Task<StatusOr<std::optional<std::string_view>>> Gather();
  // What Envoy would find in one read: all that nobody has to wait for, until it is enough. Of several pieces that is
  // body_, which is empty otherwise.
  Task<StatusOr<std::optional<std::string_view>>> GatherWaiting(size_t bytes_enough);
  // Answers with an error, or ends the answer that was begun as FailResponse does. A bad request ends its connection: to
  // Envoy it is never complete by then.
  Task<void> Refuse(const Status& status, bool ends_connection);
  // Whether `piece` is the whole body.
  bool IsWhole(std::string_view piece) const;
  bool IsCutByTrailers() const;
  // By a custom rule: the call itself is a POST.
  bool IsHead() const { return client().head().method() == "HEAD"; }
  bool IsHttp1() const { return client().head().protocol().starts_with("HTTP/1"); }
  size_t BytesMax(const StreamBuffers& buffers) const { return IsHttp1() ? buffers.http1 : buffers.http2; }
  bool TellsFailures() const { return tables_.extensions().Has(config::Extension::kStreamErrors); }
  // Makes reply_'s body what an error is told by, if it is told by one. `fields` has the status of the call.
  bool TakeError(std::optional<uint64_t> grpc_status, const http::Headers& fields);
  // What Envoy does not answer with although TakeError took it.
  Status CheckTaken(bool taken) const;
  bool Converts(std::optional<uint64_t> grpc_status) const;
  // Takes over what stays of the upstream's head.
  void Hold(const ResponseHead& head);
  // `type` stays as it is until the head has been sent. An empty one is a header, too.
  void SetContentType(std::string_view type);

  Task<Status> StartTranscoded(const ResponseHead& head);
  Task<Status> WriteTranscoded(std::string_view piece);
  Task<Status> WriteInParts(std::string_view piece);
  Task<Status> EndTranscoded(const http::Headers& trailers);
  Task<Status> EndUnary(const http::Headers& trailers, std::optional<uint64_t> grpc_status);
  Task<Status> RespondTrailersOnly(const ResponseHead& head);
  Task<Status> StartHeld();
  // Sends what reply_ has for the client.
  Task<Status> Flush();
  Task<Status> WriteBody();
  Task<Status> RespondHeld(std::string_view body, const http::Headers& trailers);
  Task<Status> RespondHeldInParts(std::string_view body, const http::Headers& trailers);
  // Refuse, of an upstream's answer that is not what it should be: `status`, which is not OK.
  Task<Status> RefuseReply(Status status);
  // Tells of an error behind the head, and ends the answer. `trailers` are the upstream's, empty if there are none.
  Task<Status> EndByError(const Status& error, std::string_view details_json, const http::Headers& trailers);
  Status AlreadyAnswered() const;

  const TranscoderTables& tables_;
  const RouteChoice& choice_;
  const size_t connection_buffer_bytes_;
  const TranscodedHead head_;

  TranscodedRequest request_;
  std::string_view frames_;  // what FinishWithoutBody made
  bool begun_ = false;       // the first piece has been asked for
  bool gathered_ = false;    // body_ is the whole body, and that was the first piece
  std::string body_;
  std::string_view unsliced_;  // what Slice has not given
  size_t came_at_once_ = 0;
  bool whole_ = false;       // the message has been made from the first piece
  bool finished_ = false;    // nothing follows what ReadPiece returned

  const bool is_head_of_get_;  // Extension::kStrictPaths
  TranscodedReply reply_;
  Answer answer_ = Answer::kNone;
  ResponseHead held_;
};

}  // namespace minato::gateway
