#include "tests/load/queue_call.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace minato::load {
namespace {

void Serve(grpc::ServerCompletionQueue& queue) {
  void* tag;
  bool ok;
  while (queue.Next(&tag, &ok)) {
    const auto& call_tag = *static_cast<QueueCall::Tag*>(tag);
    call_tag.call->OnTag(call_tag, ok);
  }
}

}  // namespace

int RunQueueServer(int port, int workers, grpc::Service& service,
                   const std::function<void(grpc::ServerCompletionQueue&)>& request_calls) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  if (workers == 0) workers = static_cast<int>(std::thread::hardware_concurrency());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
  for (int i = 0; i < workers; ++i) queues.push_back(builder.AddCompletionQueue());
  const std::unique_ptr<grpc::Server> grpc = builder.BuildAndStart();
  if (grpc == nullptr) return 1;
  std::vector<std::thread> threads;
  for (const auto& queue : queues) {
    for (int i = 0; i < kCallsRequested; ++i) request_calls(*queue);
    threads.emplace_back([&queue] { Serve(*queue); });
  }
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);

  int signal;
  sigwait(&stop, &signal);
  grpc->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  for (const auto& queue : queues) queue->Shutdown();
  for (std::thread& thread : threads) thread.join();
  return 0;
}

}  // namespace minato::load
