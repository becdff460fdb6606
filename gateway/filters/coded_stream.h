// A request whose body is encoded, or whose client takes an encoded answer, as it is to what stands behind: neither.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/filters/forwarding_stream.h"
#include "http/accept_encoding.h"
#include "http/content_coding.h"

namespace minato::gateway {

// The client's head without what it says about bytes that nobody behind sees.
class DecodedHead final : public ForwardingHead {
 public:
  using ForwardingHead::ForwardingHead;

  std::optional<std::string_view> Find(http::KnownHeader header) const override;
  std::optional<std::string_view> Find(std::string_view lower_name) const override;
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override;
};

// What a request body may become. One that is read in pieces has no bound of its own, but beyond `bytes_max` it is
// refused if it becomes more than 100 times what came: to the sender it would cost next to nothing.
struct DecodedBodyLimit {
  size_t bytes_max = 4 << 20;
  std::string_view name = "body_bytes_max";  // as errors give it
};

// Wraps the client's stream. An answer whose length is announced is held until its first piece has come:
// response_status() is 0 until then, and Respond may still give another one. Each piece of a stream is flushed, and
// arrives when it is written.
class CodedStream final : public ForwardingStream {
 public:
  // `client` must outlive it. `coding` is that of the request's body; `accept` is what the client takes.
  CodedStream(ClientStream& client, std::optional<http::ContentCoding> coding,
              const std::optional<http::AcceptEncoding>& accept, DecodedBodyLimit limit)
      : ForwardingStream(client),
        decoded_head_(client.head()),
        decoder_(coding.has_value() ? http::ContentDecoder::Create(*coding) : nullptr),
        coding_(coding),
        limit_(limit),
        accept_(accept) {}

  const RequestHead& head() const override;
  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override;
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override;
  bool BodyArrived() const override;
  bool MoreIsWaiting() const override;
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override;
  Task<Status> StartResponse(const ResponseHead& head) override;
  Task<Status> Write(std::string_view piece) override;
  Task<Status> EndResponse(const http::Headers& trailers) override;

 private:
  enum class Answer {
    kPlain,  // goes as it comes
    kHeld,   // held_ waits for its body
    kCoded,  // goes through encoder_
  };

  Task<StatusOr<std::string_view>> DecodeWhole(size_t bytes_max);
  Task<StatusOr<std::optional<std::string_view>>> DecodePiece();
  Status CheckExpansion() const;
  Status CheckEnd() const;

  // Whether the answer may go encoded to this client. Says so to caches.
  bool Encodes(const ResponseHead& head, std::optional<uint64_t> body_bytes);
  // What the body becomes, if that is better than what it is. A long one lets others have their turn meanwhile.
  Task<std::optional<std::string>> EncodeWhole(http::ContentCoding coding, std::string_view body) const;
  Task<Status> RespondWhole(const ResponseHead& head, std::string_view body, http::ContentCoding coding);
  Task<Status> StartHeld(std::string_view first_piece);
  Task<Status> StartCoded(const ResponseHead& head, http::ContentCoding coding);
  Task<Status> WriteCoded(std::string_view piece);
  Task<Status> EndHeld(const http::Headers& trailers);
  Task<Status> EndCoded(const http::Headers& trailers);

  const DecodedHead decoded_head_;
  const std::unique_ptr<http::ContentDecoder> decoder_;  // nullptr: the body is as it is
  const std::optional<http::ContentCoding> coding_;
  const DecodedBodyLimit limit_;
  std::string_view input_;  // of the client's last piece, not yet decoded
  std::string body_;        // what was decoded last
  bool decoder_has_more_ = false;
  bool body_ended_ = false;
  uint64_t came_bytes_ = 0;
  uint64_t decoded_bytes_ = 0;

  const std::optional<http::AcceptEncoding> accept_;
  Answer answer_ = Answer::kPlain;
  ResponseHead held_;
  std::string held_content_type_;
  bool told_caches_ = false;
  http::ContentCoding answer_coding_{};
  std::unique_ptr<http::ContentEncoder> encoder_;  // from the first piece on
};

}  // namespace minato::gateway
