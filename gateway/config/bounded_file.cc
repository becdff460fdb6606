#include "gateway/config/bounded_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace minato::gateway::config {

StatusOr<std::string> ReadBoundedFile(const std::string& name, size_t bytes_max) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(name.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return NotFound("{}: {}", name, std::strerror(errno));
  std::string content;
  char piece[64 << 10];
  while (true) {
    const size_t bytes = std::fread(piece, 1, sizeof(piece), file.get());
    content.append(piece, bytes);
    if (content.size() > bytes_max) return InvalidArgument("{}: more than {} bytes", name, bytes_max);
    if (bytes < sizeof(piece)) break;
  }
  if (std::ferror(file.get()) != 0) return InvalidArgument("{}: {}", name, std::strerror(errno));
  return content;
}

}  // namespace minato::gateway::config
