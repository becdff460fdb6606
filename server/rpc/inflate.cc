#include "server/rpc/inflate.h"

#include <algorithm>

#include <zlib.h>

namespace minato::rpc {
namespace {

constexpr int kGzipOrZlib = 15 + 32;

class Stream {
 public:
  explicit Stream(std::string_view compressed) : good_(inflateInit2(&stream_, kGzipOrZlib) == Z_OK) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream_.avail_in = static_cast<uInt>(compressed.size());
  }
  ~Stream() {
    if (good_) inflateEnd(&stream_);
  }

  // Fills [out, out + size) as far as it goes.
  int Fill(char* out, size_t size) {
    if (!good_) return Z_MEM_ERROR;
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    return inflate(&stream_, Z_NO_FLUSH);
  }
  size_t out_left() const { return stream_.avail_out; }
  size_t in_left() const { return stream_.avail_in; }

 private:
  z_stream stream_{};
  const bool good_;
};

}  // namespace

StatusOr<std::string> Inflate(std::string_view compressed, size_t bytes_max) {
  Stream stream(compressed);
  std::string flat;
  size_t filled = 0;
  for (;;) {
    // One byte beyond the bound tells a message that ends there from a longer one.
    flat.resize(std::min(std::max<size_t>(flat.size() * 2, 4 * compressed.size() + 64), bytes_max + 1));
    const int result = stream.Fill(flat.data() + filled, flat.size() - filled);
    filled = flat.size() - stream.out_left();
    if (filled > bytes_max) {
      return ResourceExhausted("the message unpacks to more than the {} bytes that this server takes",
                               bytes_max);
    }
    if (result == Z_STREAM_END && stream.in_left() == 0) break;
    if (result != Z_OK || stream.out_left() != 0) {
      return InvalidArgument("the compressed message is damaged");
    }
  }
  flat.resize(filled);
  return flat;
}

}  // namespace minato::rpc
