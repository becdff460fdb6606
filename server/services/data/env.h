// What the handlers of minato.data.v1.DataService may touch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/services/data/sources.h"

namespace minato::data {

// The sources that are there out of the box.
struct DefaultSourcesConfig {
  absl::Duration data_delay = absl::Seconds(2);      // of `data`
  bool data_fails = false;                           // `data` fails always
  absl::Duration multiple_delay = absl::Seconds(1);  // of `data1` and `data2`
  absl::Duration flaky_delay = absl::Milliseconds(100);
  bool flaky_fails_always = false;  // otherwise `flaky` fails twice in each call
  std::string external_url = {};    // of `external`, which is missing when this is empty
};

std::vector<SourceConfig> DefaultSources(const DefaultSourcesConfig& config);

struct DataConfig {
  std::vector<SourceConfig> sources;

  // RetryFetch.
  int attempts_max = 3;
  absl::Duration first_pause = absl::Milliseconds(500);  // doubles after each attempt

  // ProcessItems.
  size_t items_parallel_max = 16;  // of one call
  absl::Duration item_duration = absl::Milliseconds(1);
};

// Immutable: the calls of all executors share one.
struct DataEnv {
  // INVALID_ARGUMENT that names the source which is wrong. `client` outlives the environment.
  static StatusOr<std::unique_ptr<DataEnv>> Create(DataConfig config, http_client::Client& client);

  const DataConfig config;
  const Sources sources;
};

}  // namespace minato::data
