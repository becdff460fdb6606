// An HttpCall on an HTTP/2 connection. It waits in its endpoint's pool until a connection has room for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/upstream/http2_connection.h"
#include "gateway/upstream/http_call.h"
#include "http/data_frames.h"
#include "http/http2_client.h"

namespace minato::gateway {

class Http2Call;

// Where calls wait and are counted.
class Http2CallHome {
 public:
  virtual void Forget(Http2Call& call) = 0;  // it waited
  virtual void Ended(Http2Call& call, bool in_callback) = 0;  // it had been started; `in_callback` of its session

 protected:
  ~Http2CallHome() = default;
};

class Http2Call final : public HttpCall, private http::Http2ClientStream {
 public:
  // `buffer_bytes_max` of the request's body may wait.
  explicit Http2Call(size_t buffer_bytes_max) : buffer_bytes_max_(buffer_bytes_max) {}
  ~Http2Call() override;

  // What the pool does with it, in this order: Wait or not, then Start; Fail at any time before Start.
  void Wait(Http2CallHome& home, const HttpRequestView& request, bool ends);
  void Start(Http2CallHome& home, Http2Connection& connection, const HttpRequestView& request, bool ends);
  void StartWaiting(Http2Connection& connection);
  void Fail(UpstreamFailure failure, std::string text);
  void set_address(std::string address) { address_ = std::move(address); }

  Task<Status> Write(std::string_view piece) override;
  bool HasRoom() const override;
  void End(const http::Headers& trailers) override;
  Task<StatusOr<HttpResponseHead>> ReadHead() override;
  Task<StatusOr<std::optional<std::string_view>>> Read() override;
  const http::Headers& trailers() const override { return trailers_; }
  UpstreamFailure failure() const override { return failure_; }
  std::string upstream_address() const override { return address_; }
  bool was_on_connection() const override { return was_started_; }

  Http2Call* previous = nullptr;  // in the pool's queue
  Http2Call* next = nullptr;

 private:
  enum class Stage { kNew, kWaiting, kStarted, kOver };

  // What a call that waits will begin with.
  struct Request {
    std::string method;
    std::string scheme;
    std::string authority;
    std::string path;
    http::Headers headers;
    std::string body;
    bool ended = false;
    http::Headers trailers;
  };

  size_t Unsent() const;
  Task<Status> WriteWhenRoom(std::string_view piece);
  Status WriteNow(std::string_view piece);
  bool MayRead() const { return !frames_.empty() || answered_ || failure_ != UpstreamFailure::kNone; }
  StatusOr<std::optional<std::string_view>> ReadNow();
  Task<StatusOr<std::optional<std::string_view>>> ReadWhenArrived();
  void GiveUp(const Status& reason);
  Status Failed() const;

  void OnHead(int status, http::Headers headers, bool ends) override;
  void OnData(std::string_view piece) override { frames_.Append(piece); }
  void OnDataFrame() override;
  void OnEnd(http::Headers trailers) override;
  void OnSent() override;
  void OnClosed(http::Http2StreamEnd end, uint32_t error_code) override;

  const size_t buffer_bytes_max_;
  Stage stage_ = Stage::kNew;
  Http2CallHome* home_ = nullptr;        // while waiting or started
  Http2Connection* connection_ = nullptr;  // while started
  std::unique_ptr<Request> request_;     // while waiting
  std::string address_;
  bool was_started_ = false;

  std::vector<HttpResponseHead> informational_;  // 1xx, in order
  HttpResponseHead head_;
  bool head_waits_ = false;
  bool answered_ = false;  // all of the answer has come
  http::DataFrames frames_;  // of the body
  http::Headers trailers_;
  UpstreamFailure failure_ = UpstreamFailure::kNone;
  std::string failure_text_;
  WaitList readers_;
  WaitList writers_;
};

}  // namespace minato::gateway
