#include "gateway/upstream/resolve_name.h"

#include <algorithm>
#include <map>
#include <memory>

#include <ares.h>
#include <arpa/inet.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/wait.h"

namespace minato::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

void InitAres() {
  static const int initialized = ares_library_init(ARES_LIB_INIT_ALL);
  CHECK(initialized == ARES_SUCCESS, "c-ares: {}", ares_strerror(initialized));
}

// One question on a channel of its own, so that a changed resolv.conf is read. The sockets are c-ares's; Asio says when
// they are ready.
class Question : private Timer, private CancelSubscription {
 public:
  Question(AsioExecutor& home, const std::string& name, int family, const ResolveOptions& options)
      : Timer(&OnTimer), CancelSubscription(&OnCancel), home_(home), name_(name), family_(family), options_(options) {}
  ~Question() {
    home_.timers().Disarm(*this);
    if (channel_ != nullptr) ares_destroy(channel_);
    for (auto& [fd, socket] : sockets_) socket->Forget();
  }

  bool await_ready() const { return false; }
  template <TaskPromise P>
  bool await_suspend(std::coroutine_handle<P> handle) {
    cancel_ = handle.promise().context().cancel;
    if (cancel_.cancelled() || !Open()) return false;
    suspended_.Set(handle);
    Subscribe(cancel_);
    asking_ = true;
    ares_addrinfo_hints hints{};
    hints.ai_family = family_;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, name_.c_str(), nullptr, &hints, &OnAnswer, this);
    asking_ = false;
    if (answered_) {
      Unsubscribe();
      return false;
    }
    Wait();
    return true;
  }
  StatusOr<ResolvedName> await_resume() {
    if (cancel_.cancelled()) return cancel_.reason();
    if (status_ == ARES_ENOTFOUND || status_ == ARES_ENODATA) return NotFound("{}: {}", name_, ares_strerror(status_));
    if (status_ != ARES_SUCCESS) return Unavailable("{}: {}", name_, ares_strerror(status_));
    if (answer_.addresses.empty()) return NotFound("{} has no address", name_);
    return std::move(answer_);
  }

 private:
  // A descriptor that is closed by c-ares, and watched until then.
  class Watched : public std::enable_shared_from_this<Watched> {
   public:
    Watched(Question& question, int fd) : question_(&question), descriptor_(question.home_.context(), fd) {}

    void Want(bool readable, bool writable) {
      Watch(asio::posix::descriptor_base::wait_read, readable, reading_, reads_);
      Watch(asio::posix::descriptor_base::wait_write, writable, writing_, writes_);
    }
    void Forget() {
      question_ = nullptr;
      if (descriptor_.is_open()) descriptor_.release();
    }

   private:
    void Watch(asio::posix::descriptor_base::wait_type type, bool wanted, bool& pending, bool& now) {
      now = wanted;
      if (!wanted || pending) return;
      pending = true;
      descriptor_.async_wait(type, [self = shared_from_this(), type, &pending, &now](const error_code& error) {
        pending = false;
        if (error || self->question_ == nullptr || !now) return;
        Question& question = *self->question_;
        const int fd = self->descriptor_.native_handle();
        const bool reads = type == asio::posix::descriptor_base::wait_read;
        ares_process_fd(question.channel_, reads ? fd : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : fd);
        if (self->question_ == nullptr) return;
        self->Want(self->reads_, self->writes_);
        question.Wait();
      });
    }

    Question* question_;
    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor_;
    bool reading_ = false;  // a wait is pending
    bool writing_ = false;
    bool reads_ = false;  // c-ares wants to know
    bool writes_ = false;
  };

  bool Open() {
    ares_options options{};
    options.sock_state_cb = &OnSocket;
    options.sock_state_cb_data = this;
    options.timeout = static_cast<int>(absl::ToInt64Milliseconds(options_.timeout));
    options.tries = options_.tries;
    status_ = ares_init_options(&channel_, &options, ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status_ != ARES_SUCCESS) return false;
    if (!options_.servers.empty()) status_ = ares_set_servers_ports_csv(channel_, options_.servers.c_str());
    return status_ == ARES_SUCCESS;
  }

  static void OnSocket(void* data, ares_socket_t fd, int readable, int writable) {
    auto& self = *static_cast<Question*>(data);
    std::shared_ptr<Watched>& socket = self.sockets_[fd];
    if (readable == 0 && writable == 0) {
      if (socket != nullptr) socket->Forget();
      self.sockets_.erase(fd);
      return;
    }
    if (socket == nullptr) socket = std::make_shared<Watched>(self, fd);
    socket->Want(readable != 0, writable != 0);
  }

  static void OnAnswer(void* data, int status, int, ares_addrinfo* found) {
    auto& self = *static_cast<Question*>(data);
    self.status_ = status;
    self.answer_.ttl = absl::InfiniteDuration();
    for (const ares_addrinfo_node* node = found == nullptr ? nullptr : found->nodes; node != nullptr;
         node = node->ai_next) {
      asio::ip::address address;
      if (node->ai_family == AF_INET) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(node->ai_addr);
        address = asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
      } else if (node->ai_family == AF_INET6) {
        asio::ip::address_v6::bytes_type bytes;
        const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(node->ai_addr);
        std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
        address = asio::ip::address_v6(bytes);
      } else {
        continue;
      }
      self.answer_.addresses.push_back(address);
      self.answer_.ttl = std::min(self.answer_.ttl, absl::Seconds(node->ai_ttl));
    }
    if (found != nullptr) ares_freeaddrinfo(found);
    auto& addresses = self.answer_.addresses;
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    self.answered_ = true;
    if (!self.asking_ && !self.ending_) {
      self.ending_ = true;
      self.Unsubscribe();
      self.suspended_.Resume();
    }
  }

  void Wait() {
    home_.timers().Disarm(*this);
    if (answered_) return;
    timeval left;
    if (ares_timeout(channel_, nullptr, &left) != nullptr) {
      home_.timers().Arm(*this, home_.Now() + absl::DurationFromTimeval(left));
    }
  }
  static void OnTimer(Timer& timer) {
    auto& self = static_cast<Question&>(timer);
    ares_process_fd(self.channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    self.Wait();
  }
  static void OnCancel(CancelSubscription& subscription) {
    ares_cancel(static_cast<Question&>(subscription).channel_);  // OnAnswer follows from inside
  }

  AsioExecutor& home_;
  const std::string& name_;
  const int family_;
  const ResolveOptions& options_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watched>> sockets_;
  CancelToken cancel_;
  Suspended suspended_;
  bool asking_ = false;
  bool answered_ = false;
  bool ending_ = false;
  int status_ = ARES_SUCCESS;
  ResolvedName answer_;
};

}  // namespace

Task<StatusOr<ResolvedName>> ResolveName(AsioExecutor& home, std::string name, ResolveOptions options) {
  using Family = config::Cluster::DnsLookupFamily;
  error_code no_address;
  const asio::ip::address literal = asio::ip::make_address(name, no_address);
  if (!no_address) co_return ResolvedName{{literal}, absl::InfiniteDuration()};
  InitAres();
  const bool four_first = options.family == Family::kV4Only || options.family == Family::kV4Preferred;
  const bool alone = options.family == Family::kV4Only || options.family == Family::kV6Only;
  Question first(home, name, four_first ? AF_INET : options.family == Family::kAll ? AF_UNSPEC : AF_INET6, options);
  StatusOr<ResolvedName> found = co_await first;
  if (found.ok() || alone || options.family == Family::kAll) co_return found;
  Question second(home, name, four_first ? AF_INET6 : AF_INET, options);
  StatusOr<ResolvedName> instead = co_await second;
  co_return instead;
}

}  // namespace minato::gateway
