#include "gateway/filters/transcoder/transcoder_tables.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

using config::Extension;

RoutingOptions RoutingWith(config::Extensions extensions, RoutingOptions routing) {
  if (extensions.Has(Extension::kStrictPaths)) {
    routing.head_served_as_get = true;
    routing.unknown_name_text = UnknownNameText::kPlain;
    if (routing.unknown_name == UnknownName::kPassThrough) routing.unknown_name = UnknownName::kRefuse;
  }
  if (extensions.Has(Extension::kQueryMaps)) routing.query_maps = QueryMaps::kByKey;
  return routing;
}

JsonReadOptions ReadWith(config::Extensions extensions, JsonReadOptions read) {
  if (extensions.Has(Extension::kStrictBodies)) {
    read.dialect = Dialect::kStrict;
    read.unknown_fields = UnknownFields::kRefuse;
  }
  return read;
}

Status CheckResponseBodies(const RouteTable& routes, config::Extensions extensions) {
  for (const auto& route : routes.routes()) {
    if (route->response_body.empty() || route->response_is_http_body) continue;
    if (extensions.Has(Extension::kResponseBody)) {
      if (!IsBelowRepeated(route->response_body_field)) continue;
      return InvalidArgument(
          "transcoding_filter: Cannot register '{}': response_body: {} lies below a repeated field",
          route->method->full_name(), route->response_body);
    }
    return InvalidArgument(
        "transcoding_filter: Cannot register '{}': Setting \"response_body\" is not supported yet for non-HttpBody "
        "fields: {}",
        route->method->full_name(), route->response_body);
  }
  return OkStatus();
}

}  // namespace

TranscoderTables::TranscoderTables(const config::GrpcJsonTranscoder& config, config::Extensions extensions)
    : config_(config), extensions_(extensions), read_(ReadWith(extensions, config.read)), print_(config.print) {
  print_.wire = JsonPrintOptions::Wire::kEnvoy;
  print_status_ = print_;
  if (extensions_.Has(config::Extension::kUnknownDetails)) {
    print_status_.unreadable_any = JsonPrintOptions::UnreadableAny::kBytes;
  }
}

TranscoderTables::~TranscoderTables() = default;

StatusOr<std::unique_ptr<const TranscoderTables>> TranscoderTables::Load(
    const config::GrpcJsonTranscoder& config, config::Extensions extensions) {
  std::unique_ptr<TranscoderTables> tables(new TranscoderTables(config, extensions));
  Status loaded = tables->ReadDescriptors();
  if (loaded.ok()) loaded = tables->AddServices();
  if (!loaded.ok()) {
    return InvalidArgument("{}: {}", config.place.ToString(), MessageOf(loaded));
  }
  return tables;
}

Status TranscoderTables::ReadDescriptors() {
  if (config_.descriptor_bytes.empty() && config_.descriptor_file.empty()) {
    return InvalidArgument("transcoding_filter: neither proto_descriptor nor proto_descriptor_bin is set");
  }
  StatusOr<DescriptorSet> set = config_.descriptor_bytes.empty() ? DescriptorSet::ReadFile(config_.descriptor_file)
                                                                 : DescriptorSet::Parse(config_.descriptor_bytes);
  if (!set.ok()) return InvalidArgument("transcoding_filter: {}", MessageOf(set.status()));
  descriptors_.emplace(*std::move(set));
  for (const pb::FileDescriptor* const file : descriptors_->files()) schema_.AddFile(*file);
  // For errors, unless the set has them.
  schema_.AddFile(*google::rpc::Status::descriptor()->file());
  status_ = schema_.Find("google.rpc.Status");
  any_ = schema_.Find("google.protobuf.Any");
  if (extensions_.Has(config::Extension::kUnknownDetails)) {
    schema_.AddFile(*google::rpc::ErrorInfo::descriptor()->file());
  }
  return OkStatus();
}

Status TranscoderTables::AddServices() {
  RouteTableBuilder builder(schema_, RoutingWith(extensions_, config_.routing));
  for (const std::string& name : config_.services) {
    const pb::ServiceDescriptor* const service = descriptors_->pool().FindServiceByName(name);
    if (service == nullptr) {
      return InvalidArgument("transcoding_filter: Could not find '{}' in the proto descriptor", name);
    }
    for (int i = 0; i < service->method_count(); ++i) {
      const Status added = builder.AddMethod(*service->method(i));
      if (added.ok()) continue;
      return InvalidArgument("transcoding_filter: Cannot register '{}': {}", service->method(i)->full_name(),
                             MessageOf(added));
    }
  }
  routes_ = std::make_unique<const RouteTable>(std::move(builder).Build());
  return CheckResponseBodies(*routes_, extensions_);
}

std::vector<std::string> TranscoderTables::Warnings() const {
  std::vector<std::string> placed;
  for (const std::string& warning : routes_->warnings()) {
    placed.push_back(fmt::format("{}: {}", config_.place.ToString(), warning));
  }
  return placed;
}

Status TranscoderTablesByConfig::Add(const config::GrpcJsonTranscoder& config, config::Extensions extensions) {
  if (config.services.empty() || tables_.contains(&config)) return OkStatus();
  TRY(tables_[&config], TranscoderTables::Load(config, extensions));
  for (std::string& warning : tables_[&config]->Warnings()) warnings_.push_back(std::move(warning));
  return OkStatus();
}

const TranscoderTables* TranscoderTablesByConfig::Find(const config::GrpcJsonTranscoder& config) const {
  const auto found = tables_.find(&config);
  return found == tables_.end() ? nullptr : found->second.get();
}

}  // namespace minato::gateway
