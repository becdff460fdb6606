// An executor whose loop polls Boost.Asio, and the connections of an EdgePoll: sockets and signals of one thread.
#pragma once

#include <atomic>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/executor.h"
#include "runtime/io/edge_poll.h"
#include "runtime/io/gathering.h"

namespace minato {

// The io_context is not locked: only the thread in Run() may touch it, or anything made from it. Other
// threads Post. Before Run and after it, the thread that owns the executor counts as that thread.
class AsioExecutor final : public Executor {
 public:
  explicit AsioExecutor(const Clock& clock = Clock::Real());
  ~AsioExecutor() override;

  boost::asio::io_context& context() { return context_; }
  // While these are busy Asio waits for several rounds. This executor's thread.
  EdgePoll& edges() { return edges_; }
  // Told how long requests take and what was received, the loop lets I/O gather under load. This executor's thread.
  Gathering& gathering() { return gathering_; }

  // Runs until Stop. Completion handlers of Asio run here, as code of this executor; what they resume runs
  // after them.
  void Run();

  // Makes Run return once nothing is ready. Any thread; as with Post, the executor's end waits for the call's.
  void Stop();

 private:
  // An event that other threads cause.
  class Alarm : private EdgePoll::Watched {
   public:
    explicit Alarm(EdgePoll& edges);
    ~Alarm();
    void Ring();  // any thread

   private:
    const int fd_;
  };

  void Wake() override;
  void RunOnce(bool may_block);
  void Wait();
  void Gather();

  EdgePoll edges_;
  Alarm alarm_{edges_};
  boost::asio::io_context context_;
  // Nothing waits for it: Asio returns from its wait when something is to be read there, and that is all.
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> edges_descriptor_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_;
  int rounds_without_asio_ = 0;
  std::atomic<bool> stopped_{false};
  Gathering gathering_;
};

}  // namespace minato
