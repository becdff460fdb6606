#include "server/services/data/sources.h"

#include <google/protobuf/stubs/common.h>

#include "runtime/sleep.h"

namespace minato::data {
namespace {

bool IsUtf8(const std::string& text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                             static_cast<int>(text.size()));
}

}  // namespace

StatusOr<Sources> Sources::Create(const std::vector<SourceConfig>& configs,
                                  http_client::Client& client) {
  Sources sources(client);
  for (const SourceConfig& config : configs) {
    if (config.name.empty()) return InvalidArgument("a data source has no name");
    if (const auto* http = std::get_if<HttpSource>(&config.kind)) {
      const Status url = http_client::HostOf(http->url).status();
      if (!url.ok()) return InvalidArgument("data source {}: {}", config.name, MessageOf(url));
    }
    if (!sources.by_name_.emplace(config.name, config).second) {
      return InvalidArgument("data source {}: the name is given twice", config.name);
    }
  }
  return sources;
}

Task<StatusOr<Fetched>> Sources::Fetch(std::string name, int attempt) const {
  const auto source = by_name_.find(name);
  if (source == by_name_.end()) co_return NotFound("there is no data source '{}'", name);
  StatusOr<Fetched> fetched = co_await FetchFrom(source->second, attempt);
  if (fetched.ok()) co_return fetched;
  co_return Error(fetched.status().code(), "data source {}: {}", name, MessageOf(fetched.status()));
}

Task<StatusOr<Fetched>> Sources::FetchFrom(const SourceConfig& source, int attempt) const {
  if (const auto* simulated = std::get_if<SimulatedSource>(&source.kind)) {
    CO_TRY(co_await Sleep(simulated->delay));
    if (attempt <= simulated->failing_attempts) co_return Internal("simulated failure");
    co_return Fetched{"text/plain; charset=utf-8", simulated->answer};
  }
  const HttpSource& http = std::get<HttpSource>(source.kind);
  CO_TRY(http_client::Response response,
         co_await client_.Get(http.url,
                              {.timeout = http.timeout, .body_bytes_max = http.body_bytes_max}));
  const Status success = http_client::RequireSuccess(response);
  if (!success.ok()) co_return Unavailable("{}", MessageOf(success));
  co_return Fetched{std::move(response.content_type), std::move(response.body)};
}

Task<StatusOr<std::string>> Sources::FetchText(std::string name, int attempt) const {
  CO_TRY(Fetched fetched, co_await Fetch(name, attempt));
  if (!IsUtf8(fetched.bytes)) {
    co_return Unavailable("data source {}: the answer is no text in UTF-8", name);
  }
  co_return std::move(fetched.bytes);
}

}  // namespace minato::data
