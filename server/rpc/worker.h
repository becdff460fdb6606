// One thread of the server: its completion queue and the calls that are at home there.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include "runtime/cq/cq_executor.h"
#include "server/call/method_registry.h"
#include "server/rpc/server_options.h"

namespace minato::rpc {

class ServerCall;

// What the workers of a server share.
struct Shared {
  const MethodRegistry& registry;
  const ServerOptions options;
  grpc::AsyncGenericService service;
  std::atomic<size_t> calls_in_flight{0};
  std::atomic<bool> draining{false};
};

class Worker {
 public:
  Worker(Shared& shared, std::unique_ptr<grpc::ServerCompletionQueue> queue);
  ~Worker();  // after Join

  // Asks for calls and starts the thread; the gRPC server runs by then.
  void Start();

  // Any thread, while draining: cancels the calls of streaming methods once `grace` has passed; all calls.
  void CancelStreamsAfter(absl::Duration grace);
  void CancelAll();

  // Whether the last call ended, and every accept came back, within `bound`. Only after the gRPC server was
  // shut down.
  bool WaitUntilIdle(absl::Duration bound);
  // The paths of the calls that did not; fails when the thread itself does not answer within `bound`.
  StatusOr<std::vector<std::string>> NamesOfCalls(absl::Duration bound);

  // Ends the thread of an idle worker.
  void Join();
  // Gives the thread up: for a process that ends with calls that could not be joined.
  void Abandon();

  // For the calls, on the worker's thread.
  Shared& shared() { return shared_; }
  Executor& executor() { return executor_; }
  grpc::ServerCompletionQueue& queue() { return *queue_; }
  void Accept();               // asks the server for one more call
  void Born() { ++objects_; }  // an object waits for a call or serves it
  void Gone();
  void Began(ServerCall& call);
  void Ended(ServerCall& call);

 private:
  class Errand;
  class Grace;

  void CancelCalls(bool streams_only);

  Shared& shared_;
  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  CqExecutor executor_;
  std::thread thread_;
  const std::unique_ptr<Grace> grace_;
  size_t objects_ = 0;
  ServerCall* calls_ = nullptr;  // linked through the calls
  // Not Abseil's: ThreadSanitizer must see what it orders.
  std::promise<void> became_idle_;
  std::future<void> idle_ = became_idle_.get_future();
};

}  // namespace minato::rpc
