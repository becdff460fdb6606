// GET over HTTP and HTTPS for coroutines of any executor: libcurl's multi interface on a thread of
// its own, connections reused. libcurl is seen only here.
//
//   CO_TRY(Response response, co_await client.Get(url, {.body_bytes_max = 64 << 10}));
//   CO_TRY(RequireSuccess(response));
//
// Proxy settings of the environment are not followed. Bodies come as they were sent: no encoding is
// asked for.
#pragma once

#include <memory>
#include <string>

#include "runtime/status.h"
#include "runtime/task.h"

namespace minato::http_client {

struct ClientConfig {
  size_t transfers_max = 64;         // under way at the same time; more of them wait in line
  size_t waiting_max = 256;          // in that line; one more is refused with RESOURCE_EXHAUSTED
  size_t idle_connections_max = 32;  // kept open for the next request to the same host
  absl::Duration connect_timeout = absl::Seconds(5);
};

struct GetOptions {
  // Counted from the end of the wait in line. A task's deadline holds as well.
  absl::Duration timeout = absl::Seconds(10);
  size_t body_bytes_max = 1 << 20;  // more: RESOURCE_EXHAUSTED
  int redirects_max = 0;            // followed, to http and https only; 0: a 3xx is the response
};

struct Response {
  int status = 0;                 // any from 200 on: see RequireSuccess
  std::string content_type = {};  // empty when there was none
  std::string body = {};
  std::string host = {};  // of the URL that was asked for, with its port when the URL has one
};

// OK for 2xx. Otherwise an error that names the host: NOT_FOUND for 404 and 410, RESOURCE_EXHAUSTED
// for 429, UNAVAILABLE for the rest.
Status RequireSuccess(const Response& response);

// The host of `url` (and its port when there is one): INVALID_ARGUMENT unless it is http:// or
// https:// and well formed.
StatusOr<std::string> HostOf(const std::string& url);

// Thread-safe. Must outlive the tasks that are in Get.
class Client {
 public:
  explicit Client(const ClientConfig& config = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // Errors name the host. UNAVAILABLE: not reached, or no HTTP came back; DEADLINE_EXCEEDED:
  // options.timeout or connect_timeout; RESOURCE_EXHAUSTED: the body or the line is too long. When
  // the task is cancelled, the transfer is broken off and its connection closed before Get returns
  // with the reason.
  Task<StatusOr<Response>> Get(std::string url, GetOptions options = {});

 private:
  class Loop;
  class Transfer;

  const std::unique_ptr<Loop> loop_;
};

}  // namespace minato::http_client
