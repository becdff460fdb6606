// A gRPC-Web request and its answer, as they are to the filters behind: gRPC.
#pragma once

#include <string>

#include "gateway/filters/forwarding_stream.h"

namespace minato::gateway {

// The client's head as one of gRPC.
class GrpcHead final : public ForwardingHead {
 public:
  using ForwardingHead::ForwardingHead;

  std::optional<std::string_view> Find(http::KnownHeader header) const override;
  std::optional<std::string_view> Find(std::string_view lower_name) const override;
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;
};

class GrpcWebStream final : public ForwardingStream {
 public:
  // How the body is written: as it is, or as base64 text.
  enum class Form { kBinary, kText };

  // `client` must outlive it. `asked` is how the client sends, `wanted` how it wants to be answered.
  GrpcWebStream(ClientStream& client, Form asked, Form wanted)
      : ForwardingStream(client), head_(client.head()), asked_(asked), wanted_(wanted) {}

  const RequestHead& head() const override { return head_; }
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;

 private:
  // Of the answer: gRPC is rewritten, another answer becomes a gRPC status.
  enum class Answer { kNone, kGrpc, kOther };

  std::string_view content_type() const;
  Task<Status> Send(std::string_view bytes);
  // What `http_status` means as a gRPC status, beside the status that `head` has.
  Task<Status> RespondStatus(int http_status, std::string_view message, ResponseHead head);
  Status RefuseText();

  const GrpcHead head_;
  const Form asked_;
  const Form wanted_;
  std::string undecoded_;  // less than a group of four characters
  std::string decoded_;
  bool refused_text_ = false;
  Answer answer_ = Answer::kNone;
  ResponseHead other_;      // kOther: its status and headers
  std::string other_body_;  // bounded: it becomes a grpc-message
};

}  // namespace minato::gateway
