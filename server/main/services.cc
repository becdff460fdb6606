#include "server/main/services.h"

#include "minato/chat/v1/chat.minato.h"
#include "minato/data/v1/data.minato.h"
#include "minato/stock/v1/stock.minato.h"
#include "minato/task/v1/task.minato.h"
#include "minato/user/v1/user.minato.h"
#include "server/backends/http_client/client.h"
#include "server/data_dir.h"
#include "server/health/health.h"
#include "server/reflection/reflection.h"
#include "server/services/chat/env.h"
#include "server/services/data/demo_upstream.h"
#include "server/services/stock/simulated_market.h"
#include "server/services/task/worker_thread.h"

namespace minato {

// In order of need: what stands further down uses what stands above.
struct Services::Parts {
  explicit Parts(DataDir data_dir) : data_dir(std::move(data_dir)) {}

  const DataDir data_dir;
  http_client::Client http;
  std::unique_ptr<http_client::LoopbackServer> demo_upstream;
  std::unique_ptr<data::DataEnv> data;
  std::unique_ptr<stock::QuoteFeed> quote_feed;
  std::unique_ptr<stock::StockEnv> stock;
  std::unique_ptr<user::UserEnv> user;
  std::unique_ptr<chat::ChatEnv> chat;
  std::unique_ptr<task::TaskEnv> task;
  std::unique_ptr<task::WorkerThread> task_workers;
  health::HealthEnv health;
  MethodRegistry registry;
  std::unique_ptr<reflection::Reflection> reflection;
};

Services::Services(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Services::~Services() { Drain(absl::Seconds(1)); }

MethodRegistry& Services::registry() { return parts_->registry; }

StatusOr<std::unique_ptr<Services>> Services::Start(const ServicesConfig& config) {
  TRY(DataDir data_dir, DataDir::Open(config.data_dir));
  auto parts = std::make_unique<Parts>(std::move(data_dir));

  data::DefaultSourcesConfig sources = config.data;
  if (sources.external_url.empty()) {
    TRY(parts->demo_upstream, data::StartDemoUpstream());
    sources.external_url = parts->demo_upstream->Url("/");
  }
  TRY(parts->data, data::DataEnv::Create({.sources = data::DefaultSources(sources)}, parts->http));

  if (config.stock_feed.url_template.empty()) {
    parts->quote_feed = std::make_unique<stock::SimulatedMarket>(config.market_seed);
  } else {
    StatusOr<std::unique_ptr<stock::HttpFeed>> feed = stock::HttpFeed::Create(config.stock_feed, parts->http);
    // Its settings are flags: price_pointer is --stock_price_pointer.
    if (!feed.ok()) return Error(feed.status().code(), "--stock_{}", MessageOf(feed.status()));
    parts->quote_feed = *std::move(feed);
  }
  parts->stock = std::make_unique<stock::StockEnv>(config.stock, *parts->quote_feed);

  TRY(parts->user, user::UserEnv::Open({.database_path = parts->data_dir.File("user.db")}));

  TRY(parts->chat, chat::ChatEnv::Open({.database_path = parts->data_dir.File("chat.db")}));

  task::TaskConfig task = config.task;
  task.database_path = parts->data_dir.File("task.db");
  task.spool_folder = parts->data_dir.File("spool");
  TRY(parts->task, task::TaskEnv::Open(task));
  parts->task_workers = std::make_unique<task::WorkerThread>(parts->task->workers);

  data::RegisterDataService(parts->registry, *parts->data);
  stock::RegisterStockService(parts->registry, *parts->stock);
  user::RegisterUserService(parts->registry, *parts->user);
  chat::RegisterChatService(parts->registry, *parts->chat);
  task::RegisterTaskService(parts->registry, *parts->task);
  health::RegisterHealth(parts->registry, parts->health);
  parts->reflection = std::make_unique<reflection::Reflection>(parts->registry);
  health::SetAllServing(parts->registry, parts->health.board);
  return std::unique_ptr<Services>(new Services(std::move(parts)));
}

void Services::Register(MetricsRegistry& metrics) const { parts_->task->workers.Register(metrics); }

void Services::AnnounceEnd() {
  parts_->health.board.Shutdown();
  parts_->chat->hub.EndAll();
}

void Services::Drain(absl::Duration bound) { parts_->task_workers->Drain(bound); }

}  // namespace minato
