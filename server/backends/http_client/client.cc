#include "server/backends/http_client/client.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <curl/curl.h>

#include "runtime/wait.h"

namespace minato::http_client {
namespace {

constexpr size_t kHeadBytesMax = 64 << 10;  // status line and headers of a response
constexpr int kPollMs = 60'000;             // only a backstop: what concerns the loop wakes it

long Milliseconds(absl::Duration duration) {
  return static_cast<long>(std::max<int64_t>(1, absl::ToInt64Milliseconds(duration)));
}

template <typename T>
void SetOption(CURL* easy, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  CHECK(code == CURLE_OK, "libcurl does not take option {}: {}", static_cast<int>(option),
        curl_easy_strerror(code));
}

}  // namespace

Status RequireSuccess(const Response& response) {
  if (response.status >= 200 && response.status < 300) return OkStatus();
  StatusCode code = StatusCode::kUnavailable;
  if (response.status == 404 || response.status == 410) code = StatusCode::kNotFound;
  if (response.status == 429) code = StatusCode::kResourceExhausted;
  return Error(code, "{} answered with HTTP status {}", response.host, response.status);
}

StatusOr<std::string> HostOf(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK || url.find('\0') != std::string::npos) {
    return InvalidArgument("'{}' is no URL: {}", url, curl_url_strerror(code));
  }
  const auto part = [&parsed](CURLUPart which) -> std::string {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), which, &text, 0) != CURLUE_OK) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
  };
  const std::string scheme = part(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return InvalidArgument("'{}' is neither http:// nor https://", url);
  }
  const std::string port = part(CURLUPART_PORT);
  return port.empty() ? part(CURLUPART_HOST) : fmt::format("{}:{}", part(CURLUPART_HOST), port);
}

// One GET. Lives in the frame of the task that awaits it; ends on its own or by cancellation, and
// either way the loop is done with it before the task goes on.
class Client::Transfer : private CancelSubscription {
 public:
  Transfer(Loop& loop, const std::string& url, const GetOptions& options, Response& response)
      : CancelSubscription(&OnCancel),
        loop_(loop),
        url_(url),
        options_(options),
        response_(response) {}

  bool await_ready() const noexcept { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    suspended_.Set(handle);
    return Begin(handle.promise().context().cancel);
  }
  Status await_resume() {
    Unsubscribe();
    return cancel_reason_.ok() ? std::move(result_) : std::move(cancel_reason_);
  }

  // The loop's thread.
  CURL* Open(const ClientConfig& config);
  void Close(CURLM* multi, CURLcode code);
  void Resume() { suspended_.Resume(); }

 private:
  friend class Loop;
  enum class Stage { kWaiting, kRunning, kDone };

  bool Begin(CancelToken cancel);
  static void OnCancel(CancelSubscription& self);
  static size_t OnHead(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  Status StatusOf(CURLcode code) const;

  Loop& loop_;
  const std::string& url_;
  const GetOptions& options_;
  Suspended suspended_;
  CancelToken cancel_;
  Status cancel_reason_;  // the home executor's thread

  Stage stage_ = Stage::kWaiting;  // under the loop's mutex

  // The loop's thread, until it resumes the task.
  CURL* easy_ = nullptr;
  size_t head_bytes_ = 0;
  bool too_long_ = false;
  char detail_[CURL_ERROR_SIZE] = {};
  Response& response_;
  Status result_;
};

// The thread and what it shares with the executors. A transfer waits in line, runs, and is done;
// only the loop's thread starts and ends those that run.
class Client::Loop {
 public:
  explicit Loop(const ClientConfig& config);
  ~Loop();

  Status Submit(Transfer& transfer);
  // True: it is cancelled, and will be resumed. False: it is done already.
  bool Abort(Transfer& transfer);

 private:
  void Run();
  bool TakeOrders();
  bool Collect();
  void End(Transfer& transfer, CURLcode code);
  void Wake() { curl_multi_wakeup(multi_); }

  const ClientConfig config_;
  CURLM* const multi_;

  std::mutex mutex_;
  std::deque<Transfer*> waiting_;
  std::vector<Transfer*> aborted_;  // running ones that the loop is to break off
  size_t running_ = 0;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all of the above
};

CURL* Client::Transfer::Open(const ClientConfig& config) {
  easy_ = curl_easy_init();
  CHECK(easy_ != nullptr, "curl_easy_init failed");
  SetOption(easy_, CURLOPT_PRIVATE, this);
  SetOption(easy_, CURLOPT_URL, url_.c_str());
  SetOption(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  SetOption(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  SetOption(easy_, CURLOPT_FOLLOWLOCATION, options_.redirects_max > 0 ? 1L : 0L);
  SetOption(easy_, CURLOPT_MAXREDIRS, static_cast<long>(options_.redirects_max));
  SetOption(easy_, CURLOPT_PROXY, "");
  SetOption(easy_, CURLOPT_NOSIGNAL, 1L);
  SetOption(easy_, CURLOPT_QUICK_EXIT, 1L);  // a name slow to resolve does not hold up an abort
  SetOption(easy_, CURLOPT_USERAGENT, "minato");
  SetOption(easy_, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(config.connect_timeout));
  SetOption(easy_, CURLOPT_TIMEOUT_MS, Milliseconds(options_.timeout));
  SetOption(easy_, CURLOPT_ERRORBUFFER, &detail_[0]);
  SetOption(easy_, CURLOPT_HEADERFUNCTION, &OnHead);
  SetOption(easy_, CURLOPT_HEADERDATA, this);
  SetOption(easy_, CURLOPT_WRITEFUNCTION, &OnBody);
  SetOption(easy_, CURLOPT_WRITEDATA, this);
  return easy_;
}

void Client::Transfer::Close(CURLM* multi, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  const char* content_type = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_TYPE, &content_type);
  response_.status = static_cast<int>(status);
  if (content_type != nullptr) response_.content_type = content_type;
  result_ = StatusOf(code);
  curl_multi_remove_handle(multi, easy_);
  curl_easy_cleanup(easy_);
}

bool Client::Transfer::Begin(CancelToken cancel) {
  if (cancel.cancelled()) {
    cancel_reason_ = cancel.reason();
    return false;
  }
  if (Status refusal = loop_.Submit(*this); !refusal.ok()) {
    result_ = std::move(refusal);  // only now: once submitted, it is the loop's to write
    return false;
  }
  cancel_ = cancel;
  Subscribe(cancel);
  return true;
}

void Client::Transfer::OnCancel(CancelSubscription& subscription) {
  auto& self = static_cast<Transfer&>(subscription);
  if (self.loop_.Abort(self)) self.cancel_reason_ = self.cancel_.reason();
}

size_t Client::Transfer::OnHead(char*, size_t size, size_t count, void* user) {
  auto& self = *static_cast<Transfer*>(user);
  self.head_bytes_ += size * count;
  self.too_long_ = self.too_long_ || self.head_bytes_ > kHeadBytesMax;
  return self.too_long_ ? 0 : size * count;
}

size_t Client::Transfer::OnBody(char* data, size_t size, size_t count, void* user) {
  auto& self = *static_cast<Transfer*>(user);
  self.too_long_ =
      self.too_long_ || self.response_.body.size() + size * count > self.options_.body_bytes_max;
  if (self.too_long_) return 0;
  self.response_.body.append(data, size * count);
  return size * count;
}

Status Client::Transfer::StatusOf(CURLcode code) const {
  if (code == CURLE_OK) return OkStatus();
  if (too_long_) {
    return ResourceExhausted("{} answered with more than {} bytes", response_.host,
                             head_bytes_ > kHeadBytesMax ? kHeadBytesMax : options_.body_bytes_max);
  }
  const std::string_view detail = detail_[0] != '\0' ? &detail_[0] : curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) return DeadlineExceeded("{}: {}", response_.host, detail);
  return Unavailable("{}: {}", response_.host, detail);
}

Client::Loop::Loop(const ClientConfig& config)
    : config_(config), multi_([] {
        static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
        CHECK(global == CURLE_OK, "libcurl does not start: {}", curl_easy_strerror(global));
        return curl_multi_init();
      }()) {
  CHECK(multi_ != nullptr, "curl_multi_init failed");
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(config_.idle_connections_max));
  thread_ = std::thread([this] { Run(); });
}

Client::Loop::~Loop() {
  {
    const std::lock_guard lock(mutex_);
    CHECK(waiting_.empty() && running_ == 0, "an HTTP client ended with transfers under way");
    stopping_ = true;
  }
  Wake();
  thread_.join();
  curl_multi_cleanup(multi_);
}

Status Client::Loop::Submit(Transfer& transfer) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= config_.waiting_max) {
      return ResourceExhausted("{} HTTP requests are waiting to be sent already", waiting_.size());
    }
    waiting_.push_back(&transfer);
  }
  Wake();
  return OkStatus();
}

bool Client::Loop::Abort(Transfer& transfer) {
  {
    const std::lock_guard lock(mutex_);
    switch (transfer.stage_) {
      case Transfer::Stage::kDone:
        return false;
      case Transfer::Stage::kRunning:
        aborted_.push_back(&transfer);
        break;
      case Transfer::Stage::kWaiting:
        std::erase(waiting_, &transfer);
        transfer.stage_ = Transfer::Stage::kDone;
        transfer.Resume();
        return true;
    }
  }
  Wake();
  return true;
}

void Client::Loop::Run() {
  while (TakeOrders()) {
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_, &running);
    CHECK(code == CURLM_OK, "curl_multi_perform: {}", curl_multi_strerror(code));
    if (Collect()) continue;  // there may be room for one that waits
    code = curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    CHECK(code == CURLM_OK, "curl_multi_poll: {}", curl_multi_strerror(code));
  }
}

// Breaks off what was aborted and starts what there is room for. False: stop.
bool Client::Loop::TakeOrders() {
  std::vector<Transfer*> broken_off;
  std::vector<Transfer*> started;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    broken_off.swap(aborted_);
    while (!waiting_.empty() && running_ < config_.transfers_max) {
      waiting_.front()->stage_ = Transfer::Stage::kRunning;
      started.push_back(waiting_.front());
      waiting_.pop_front();
      ++running_;
    }
  }
  for (Transfer* const transfer : broken_off) End(*transfer, CURLE_ABORTED_BY_CALLBACK);
  for (Transfer* const transfer : started) {
    const CURLMcode code = curl_multi_add_handle(multi_, transfer->Open(config_));
    CHECK(code == CURLM_OK, "curl_multi_add_handle: {}", curl_multi_strerror(code));
  }
  return true;
}

// Ends what libcurl is done with. Whether there was any.
bool Client::Loop::Collect() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    End(*static_cast<Transfer*>(transfer), message->data.result);
    any = true;
  }
  return any;
}

void Client::Loop::End(Transfer& transfer, CURLcode code) {
  transfer.Close(multi_, code);
  {
    const std::lock_guard lock(mutex_);
    transfer.stage_ = Transfer::Stage::kDone;
    std::erase(aborted_, &transfer);
    --running_;
  }
  transfer.Resume();  // it may be gone from here on
}

Client::Client(const ClientConfig& config) : loop_(std::make_unique<Loop>(config)) {}
Client::~Client() = default;

Task<StatusOr<Response>> Client::Get(std::string url, GetOptions options) {
  Response response;
  CO_TRY(response.host, HostOf(url));
  Transfer transfer(*loop_, url, options, response);
  CO_TRY(co_await transfer);
  co_return response;
}

}  // namespace minato::http_client
