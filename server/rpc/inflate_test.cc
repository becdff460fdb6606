#include "server/rpc/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace minato::rpc {
namespace {

enum class Format { kZlib = 15, kGzip = 15 + 16 };

std::string Deflated(std::string_view text, Format format) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, static_cast<int>(format), 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

const std::string kTexts[] = {"", "a", std::string(1000, 'x'), std::string(1 << 20, 'y')};

TEST(Inflate, UndoesGzipAndZlib) {
  for (const std::string& text : kTexts) {
    for (const Format format : {Format::kZlib, Format::kGzip}) {
      EXPECT_EQ(Inflate(Deflated(text, format), 1 << 20).value(), text);
    }
  }
}

TEST(Inflate, TakesExactlyTheBoundAndNotOneByteMore) {
  const std::string compressed = Deflated(std::string(1000, 'x'), Format::kGzip);
  EXPECT_TRUE(Inflate(compressed, 1000).ok());
  EXPECT_EQ(Inflate(compressed, 999).status().code(), StatusCode::kResourceExhausted);
}

TEST(Inflate, RefusesAStreamCutAnywhere) {
  const std::string compressed = Deflated("some text that is long enough to be worth it", Format::kGzip);
  for (size_t cut = 0; cut < compressed.size(); ++cut) {
    EXPECT_EQ(Inflate(compressed.substr(0, cut), 1000).status().code(), StatusCode::kInvalidArgument) << cut;
  }
}

TEST(Inflate, RefusesWhatComesAfterTheStream) {
  EXPECT_EQ(Inflate(Deflated("text", Format::kGzip) + "x", 1000).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace minato::rpc
