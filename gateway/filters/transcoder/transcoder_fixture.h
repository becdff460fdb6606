// An upstream made by hand, behind a real transcoder.
#pragma once

#include <set>

#include <gtest/gtest.h>

#include "gateway/filters/repeated_headers.h"
#include "gateway/filters/transcoder/grpc_frames.h"
#include "gateway/filters/transcoder/transcoder_filter.h"
#include "gateway/filters/transcoder/transcoder_test.pb.h"
#include "gateway/front/hand_client.h"
#include <google/protobuf/descriptor.pb.h>
#include "gateway/http_status.h"
#include "runtime/manual_executor.h"

namespace minato::gateway {

// The end of the chain. Does with a request what a router would, and answers as it is told.
class HandRouter final : public HttpFilter {
 public:
  // What is answered.
  int status = 200;
  std::string content_type = "application/grpc";
  http::Headers headers;
  std::vector<std::string> data;  // as it comes from the wire
  http::Headers trailers{{"grpc-status", "0"}};
  bool headers_only = false;
  std::string local_reply;  // instead of all this
  bool cuts = false;        // at the end
  bool answers_first = false;  // and reads behind its data

  // What came.
  int calls = 0;
  std::string method, path, cluster;
  http::Headers seen;
  std::vector<std::string> pieces;  // as ReadPiece gave them
  Status request = OkStatus();      // what ReadPiece ended with
  Status reply = OkStatus();        // what the client took

  std::string body() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }

  Task<void> Serve(ClientStream& stream, RouteChoice& route) override {
    ++calls;
    method = stream.head().method();
    path = stream.head().target();
    const auto* const action = route.route() == nullptr ? nullptr : std::get_if<config::RouteAction>(&route.route()->action);
    if (action != nullptr) cluster = action->cluster;
    stream.head().ForEach([&](std::string_view name, std::string_view value) { seen.Add(name, value); });
    ResponseHead head;
    head.status = status;
    head.content_type = content_type;
    head.headers = headers;
    if (answers_first) {
      reply = co_await stream.StartResponse(head);
      for (const std::string& piece : data) reply = co_await stream.Write(piece);
      co_await ReadRequest(stream);
      if (!request.ok()) co_await stream.FailResponse(request);
      co_return;
    }
    co_await ReadRequest(stream);
    if (!request.ok()) co_return;
    if (!local_reply.empty() || headers_only) {
      reply = co_await stream.Respond(head, local_reply);
      co_return;
    }
    reply = co_await stream.StartResponse(head);
    for (const std::string& piece : data) {
      if (reply.ok()) reply = co_await stream.Write(piece);
    }
    if (!reply.ok()) co_return;
    if (cuts && stream.response_status() != 0) {
      co_await stream.FailResponse(Unavailable("upstream went away"));
    } else if (cuts) {
      ResponseHead failure;
      failure.status = 503;
      failure.content_type = "text/plain";
      reply = co_await stream.Respond(failure, "upstream went away");
    } else {
      const std::optional<http::Headers> joined = JoinedTrailers(trailers);  // as the router does
      reply = co_await stream.EndResponse(joined.has_value() ? *joined : trailers);
    }
  }

 private:
  Task<void> ReadRequest(ClientStream& stream) {
    for (;;) {
      auto piece = co_await stream.ReadPiece();
      request = piece.status();
      if (!piece.ok() || !piece->has_value()) co_return;
      pieces.emplace_back(**piece);
    }
  }
};

struct TranscoderFixture : testing::Test {
  static std::string DescriptorSet() {
    google::protobuf::FileDescriptorSet set;
    std::set<std::string> added;
    AddFile(*transcoder::test::Book::descriptor()->file(), added, set);
    return set.SerializeAsString();
  }

  TranscoderFixture() {
    config.place = {"http_filters[0]", 7, "f.yaml"};
    config.descriptor_bytes = DescriptorSet();
    config.services = {"transcoder.test.Library"};
    config::VirtualHost& host = routes_config.virtual_hosts.emplace_back();
    host.domains = {"*"};
    AddRoute("/transcoder.test.Library/", "methods");
    AddRoute("/", "paths");
  }

  config::Route& AddRoute(std::string prefix, std::string cluster) {
    config::Route& route = routes_config.virtual_hosts[0].routes.emplace_back();
    route.match.path = std::move(prefix);
    config::RouteAction action;
    action.cluster = std::move(cluster);
    route.action = std::move(action);
    return route;
  }

  HandClient& Serve(HandClient& client) {
    router.calls = 0;
    router.pieces.clear();
    router.seen.clear();
    TranscoderTablesByConfig tables;
    Status added = tables.Add(config, extensions);
    EXPECT_TRUE(added.ok()) << added;
    for (const config::Route& route : routes_config.virtual_hosts[0].routes) {
      for (const auto& own : route.per_filter.transcoders) {
        if (own != nullptr) added = tables.Add(*own, extensions);
        EXPECT_TRUE(added.ok()) << added;
      }
    }
    TranscoderFilter filter(tables, config, number, buffers, router);
    const Routes compiled(routes_config);
    RouteChoice choice(routes_config, compiled, client.head(), error_shape);
    loop.Run(filter.Serve(client, choice));
    return client;
  }

  static std::string Wire(int64_t id, std::string title = "") {
    transcoder::test::Book book;
    book.set_id(id);
    book.set_title(std::move(title));
    return book.SerializeAsString();
  }
  static std::string Frame(std::string_view message) {
    std::string frame;
    AppendGrpcFrame(frame, message);
    return frame;
  }
  static std::string BookFrame(int64_t id, std::string title = "") { return Frame(Wire(id, std::move(title))); }

  // What went up, as "7 title|8", each frame a message.
  template <typename Message = transcoder::test::Book>
  std::vector<Message> Sent() const {
    std::vector<Message> messages;
    const std::string body = router.body();
    std::string_view rest = body;
    GrpcFrames frames;
    while (frames.Next(rest) == GrpcFrames::Event::kMessage) {
      EXPECT_TRUE(messages.emplace_back().ParseFromString(std::string(frames.message())));
    }
    EXPECT_TRUE(frames.End().ok());
    return messages;
  }

  ManualExecutor loop;
  config::GrpcJsonTranscoder config;
  size_t number = 0;  // of the filter, among the transcoders of its chain
  config::Extensions extensions;
  ErrorShape error_shape = ErrorShape::kEnvoy;
  config::RouteConfiguration routes_config;
  StreamBuffers buffers;
  HandRouter router;

 private:
  static void AddFile(const google::protobuf::FileDescriptor& file, std::set<std::string>& added,
                      google::protobuf::FileDescriptorSet& set) {
    if (!added.insert(file.name()).second) return;
    for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, set);
    google::protobuf::FileDescriptorProto& proto = *set.add_file();
    file.CopyTo(&proto);
    file.CopyJsonNameTo(&proto);
  }
};

// What the client gets of a reply.
struct TranscoderReplyFixture : TranscoderFixture {
  // "status type length body", then the grpc- headers; "-" for a body without content-length.
  static std::string Describe(const HandClient& client) {
    std::string text = fmt::format("{} {} {} {}", client.status, client.content_type,
                                   client.content_length.has_value() ? std::to_string(*client.content_length) : "-",
                                   client.answer);
    for (const http::HeaderField field : client.headers) text += fmt::format(" {}={}", field.name, field.value);
    if (client.cut) text += " CUT";
    if (!client.cut && !client.complete) text += " INCOMPLETE";
    return text;
  }
  std::string Get(const std::string& target, const std::string& http_version = "HTTP/1.1") {
    HandClient client("GET", target);
    client.http_version = http_version;
    Serve(client);
    trailers = client.trailers;
    return Describe(client);
  }
  void Fail(int status, std::string message) {
    router.data.clear();
    router.trailers = {{"grpc-status", std::to_string(status)}, {"grpc-message", message}};
  }
  void FailWithTrailersOnly(int status, std::string message) {
    router.headers_only = true;
    router.headers = {{"grpc-status", std::to_string(status)}, {"grpc-message", message}};
  }

  http::Headers trailers;
};

}  // namespace minato::gateway
