// What one configuration of the transcoder means, compiled: its types, its routes, its options.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/bootstrap.h"
#include "gateway/routing/route_table.h"
#include "gateway/transcode/descriptor_set.h"
#include "gateway/transcode/schema.h"
#include "runtime/status.h"

namespace minato::gateway {

// Immutable: any number of workers use it at once.
class TranscoderTables {
 public:
  // `config` has services, and outlives the tables. InvalidArgument, in Envoy's words behind the place in the file,
  // for a descriptor set that cannot be used and for rules that Envoy refuses.
  static StatusOr<std::unique_ptr<const TranscoderTables>> Load(const config::GrpcJsonTranscoder& config,
                                                                 config::Extensions extensions = {});
  ~TranscoderTables();

  const config::GrpcJsonTranscoder& config() const { return config_; }
  const config::Extensions& extensions() const { return extensions_; }
  const RouteTable& routes() const { return *routes_; }
  const JsonReadOptions& read() const { return read_; }
  const JsonPrintOptions& print() const { return print_; }
  // Of google.rpc.Status, where convert_grpc_status asks for it.
  const JsonPrintOptions& print_status() const { return print_status_; }
  // google.rpc.Status
  const MessageTable& status() const { return *status_; }
  // What Envoy says nothing of, and makes rules unreachable; each with its place in the file.
  std::vector<std::string> Warnings() const;
  // google.protobuf.Any
  const MessageTable& any() const { return *any_; }

 private:
  TranscoderTables(const config::GrpcJsonTranscoder& config, config::Extensions extensions);
  Status ReadDescriptors();
  Status AddServices();

  const config::GrpcJsonTranscoder& config_;
  const config::Extensions extensions_;
  JsonReadOptions read_;
  JsonPrintOptions print_;
  JsonPrintOptions print_status_;
  std::optional<DescriptorSet> descriptors_;
  Schema schema_;
  std::unique_ptr<const RouteTable> routes_;
  const MessageTable* status_ = nullptr;
  const MessageTable* any_ = nullptr;
};

// The tables of every configuration that a bootstrap names. Filled at start, then shared.
class TranscoderTablesByConfig {
 public:
  // Once for each; nothing to do for one without services, which switches the filter off.
  Status Add(const config::GrpcJsonTranscoder& config, config::Extensions extensions = {});
  // nullptr for one without services.
  const TranscoderTables* Find(const config::GrpcJsonTranscoder& config) const;
  // Of all of them, in the order in which they were added.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::map<const config::GrpcJsonTranscoder*, std::unique_ptr<const TranscoderTables>> tables_;
  std::vector<std::string> warnings_;
};

}  // namespace minato::gateway
