// A client for tests that writes and reads bytes, blocking, on a socket of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace minato::gateway {

class RawClient {
 public:
  // "127.0.0.1:PORT"
  explicit RawClient(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { Close(); }

  bool connected() const { return connected_; }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }

  // Reads until `end` has come, and returns all up to it; what is behind it is kept. Less when the server closed.
  std::string ReadUntil(std::string_view end) {
    size_t found;
    while ((found = read_.find(end)) == read_.npos) {
      if (!ReadSome()) return std::exchange(read_, "");
    }
    std::string result = read_.substr(0, found + end.size());
    read_.erase(0, result.size());
    return result;
  }
  std::string ReadBytes(size_t count) {
    while (read_.size() < count && ReadSome()) {
    }
    std::string result = read_.substr(0, count);
    read_.erase(0, result.size());
    return result;
  }
  // What is there, at least a byte; nothing when the server closed.
  std::string ReadArrived() {
    if (read_.empty()) ReadSome();
    return std::exchange(read_, "");
  }
  // Everything until the server closes.
  std::string ReadAll() {
    while (ReadSome()) {
    }
    return std::exchange(read_, "");
  }

 private:
  bool ReadSome() {
    char buffer[65536];
    const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    read_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string read_;
};

}  // namespace minato::gateway
