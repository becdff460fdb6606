// Where data comes from: sources that the deployment names.
#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "runtime/status.h"
#include "runtime/task.h"
#include "server/backends/http_client/client.h"

namespace minato::data {

inline constexpr int kEveryAttempt = std::numeric_limits<int>::max();

// Answers a text after a delay, or fails after it.
struct SimulatedSource {
  std::string answer;
  absl::Duration delay;
  int failing_attempts = 0;  // so many first attempts of each call fail, with INTERNAL
};

// Answers what a GET of `url` does.
struct HttpSource {
  std::string url;
  absl::Duration timeout = absl::Seconds(10);
  size_t body_bytes_max = 1 << 20;
};

struct SourceConfig {
  std::string name;
  std::variant<SimulatedSource, HttpSource> kind;
};

struct Fetched {
  std::string content_type;
  std::string bytes;
};

// Immutable: for the tasks of all executors. Outlives those that are in Fetch.
class Sources {
 public:
  // INVALID_ARGUMENT that names the source which is wrong. `client` outlives the sources.
  static StatusOr<Sources> Create(const std::vector<SourceConfig>& configs,
                                  http_client::Client& client);

  // `attempt` counts from 1 within one call. NOT_FOUND if no source has the name; an HTTP status
  // that is no success is UNAVAILABLE.
  Task<StatusOr<Fetched>> Fetch(std::string name, int attempt = 1) const;

  // The same for a source that answers text.
  Task<StatusOr<std::string>> FetchText(std::string name, int attempt = 1) const;

 private:
  explicit Sources(http_client::Client& client) : client_(client) {}
  Task<StatusOr<Fetched>> FetchFrom(const SourceConfig& source, int attempt) const;

  http_client::Client& client_;
  absl::flat_hash_map<std::string, SourceConfig> by_name_;
};

}  // namespace minato::data
