// JSON over HTTP for gRPC methods with google.api.http rules (extensions.filters.http.grpc_json_transcoder.v3).
#pragma once

#include "gateway/filters/http_filter.h"
#include "gateway/filters/transcoder/stream_buffers.h"
#include "gateway/filters/transcoder/transcoder_tables.h"
#include "gateway/routing/bindings.h"

namespace minato::gateway {

// Serves what its routes match as a gRPC call to the filters behind it; anything else passes through.
class TranscoderFilter final : public HttpFilter {
 public:
  // `all` has the tables of `config` and of every configuration that a route gives instead. All must outlive the
  // filter. `number`: how many transcoders are in front of it.
  TranscoderFilter(const TranscoderTablesByConfig& all, const config::GrpcJsonTranscoder& config, size_t number,
                   const StreamBuffers& buffers, HttpFilter& next)
      : all_(all), tables_(all.Find(config)), number_(number), buffers_(buffers), next_(next) {}

  Task<void> Serve(ClientStream& stream, RouteChoice& choice) override;

 private:
  const TranscoderTables* TablesFor(const RouteChoice& choice) const;
  Task<void> ServeMatched(ClientStream& stream, RouteChoice& choice, const TranscoderTables& tables,
                          const Route& route, UrlBindings url);

  const TranscoderTablesByConfig& all_;
  const TranscoderTables* const tables_;
  const size_t number_;
  const StreamBuffers buffers_;
  HttpFilter& next_;
};

}  // namespace minato::gateway
