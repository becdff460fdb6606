#include "server/services/data/env.h"

namespace minato::data {

std::vector<SourceConfig> DefaultSources(const DefaultSourcesConfig& config) {
  std::vector<SourceConfig> sources = {
      {"data",
       SimulatedSource{"Data fetched!", config.data_delay, config.data_fails ? kEveryAttempt : 0}},
      {"data1", SimulatedSource{"Data 1 fetched!", config.multiple_delay}},
      {"data2", SimulatedSource{"Data 2 fetched!", config.multiple_delay}},
      {"flaky", SimulatedSource{"Data fetched!", config.flaky_delay,
                                config.flaky_fails_always ? kEveryAttempt : 2}},
  };
  if (!config.external_url.empty()) {
    sources.push_back({"external", HttpSource{config.external_url}});
  }
  return sources;
}

StatusOr<std::unique_ptr<DataEnv>> DataEnv::Create(DataConfig config, http_client::Client& client) {
  TRY(Sources sources, Sources::Create(config.sources, client));
  return std::unique_ptr<DataEnv>(new DataEnv{std::move(config), std::move(sources)});
}

}  // namespace minato::data
