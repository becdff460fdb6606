// The default sources on a clock that tests move.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "minato/data/v1/data.minato.h"
#include "runtime/manual_executor.h"
#include "server/call/test_call.h"
#include "server/services/data/env.h"

namespace minato::data {

struct DataFixture : testing::Test {
  // The environment that `sources` make; the last one made is in use.
  DataEnv& Env(const DefaultSourcesConfig& sources = {}) {
    DataConfig config;
    config.sources = DefaultSources(sources);
    env = *DataEnv::Create(std::move(config), client);
    return *env;
  }

  ManualExecutor loop;
  http_client::Client client;
  std::unique_ptr<DataEnv> env;
  TestCall call{loop};
};

}  // namespace minato::data
