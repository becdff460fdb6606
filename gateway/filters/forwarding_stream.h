// A ClientStream that is another one: the base of what a filter changes.
#pragma once

#include "gateway/front/client_stream.h"

namespace minato::gateway {

class ForwardingStream : public ClientStream {
 public:
  // `client` must outlive it.
  explicit ForwardingStream(ClientStream& client) : client_(client) {}

  const RequestHead& head() const override { return client_.head(); }
  std::string peer() const override { return client_.peer(); }
  std::string local_address() const override { return client_.local_address(); }
  bool encrypted() const override { return client_.encrypted(); }
  size_t filter_chain() const override { return client_.filter_chain(); }
  Task<StatusOr<std::string_view>> ReadWhole(size_t bytes_max) override { return client_.ReadWhole(bytes_max); }
  Task<StatusOr<std::optional<std::string_view>>> ReadPiece() override { return client_.ReadPiece(); }
  bool BodyArrived() const override { return client_.BodyArrived(); }
  bool MoreIsWaiting() const override { return client_.MoreIsWaiting(); }
  bool HasBody() const override { return client_.HasBody(); }
  const http::Headers& request_trailers() const override { return client_.request_trailers(); }
  void AddResponseHeader(std::string_view name, std::string_view value) override {
    client_.AddResponseHeader(name, value);
  }
  Task<Status> Respond(const ResponseHead& head, std::string_view body) override { return client_.Respond(head, body); }
  Task<Status> StartResponse(const ResponseHead& head) override { return client_.StartResponse(head); }
  Task<Status> Write(std::string_view piece) override { return client_.Write(piece); }
  Task<Status> EndResponse(const http::Headers& trailers) override { return client_.EndResponse(trailers); }
  void CutResponse() override { client_.CutResponse(); }
  Task<void> FailResponse(Status error) override { return client_.FailResponse(std::move(error)); }
  bool wants_websocket() const override { return client_.wants_websocket(); }
  Task<StatusOr<std::unique_ptr<WebSocket>>> AcceptWebSocket() override { return client_.AcceptWebSocket(); }
  AccessLogRecord* access_log() override { return client_.access_log(); }
  int response_status() const override { return client_.response_status(); }
  uint64_t request_bytes() const override { return client_.request_bytes(); }
  uint64_t response_bytes() const override { return client_.response_bytes(); }

 protected:
  ClientStream& client() { return client_; }
  const ClientStream& client() const { return client_; }

 private:
  ClientStream& client_;
};

// Likewise the base of a head that was changed.
class ForwardingHead : public RequestHead {
 public:
  // `head` must outlive it.
  explicit ForwardingHead(const RequestHead& head) : head_(head) {}

  std::string_view method() const override { return head_.method(); }
  std::string_view scheme() const override { return head_.scheme(); }
  std::string_view target() const override { return head_.target(); }
  std::string_view path() const override { return head_.path(); }
  std::string_view query() const override { return head_.query(); }
  std::string_view authority() const override { return head_.authority(); }
  std::string_view protocol() const override { return head_.protocol(); }
  std::optional<std::string_view> Find(http::KnownHeader header) const override { return head_.Find(header); }
  std::optional<std::string_view> Find(std::string_view lower_name) const override { return head_.Find(lower_name); }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override {
    head_.ForEach(visit);
  }

 protected:
  const RequestHead& original() const { return head_; }

 private:
  const RequestHead& head_;
};

}  // namespace minato::gateway
