#include "http/content_coding.h"

#include <malloc.h>

#include <algorithm>
#include <string>
#include <vector>

#include <brotli/encode.h>
#include <gtest/gtest.h>

namespace minato::http {
namespace {

constexpr ContentCoding kAll[] = {ContentCoding::kGzip, ContentCoding::kDeflate, ContentCoding::kBrotli,
                                  ContentCoding::kZstd};

std::string Encoded(ContentCoding coding, std::string_view body) {
  std::string out;
  ContentEncoder::Create(coding, body.size())->Encode(body, ContentEncoder::Then::kEnd, out);
  return out;
}

// Decodes `pieces` one after another, `bytes_max` out at a time.
struct Decoded {
  Decoded(ContentCoding coding, const std::vector<std::string>& pieces, size_t bytes_max = 1 << 16) {
    const std::unique_ptr<ContentDecoder> decoder = ContentDecoder::Create(coding);
    for (const std::string& piece : pieces) {
      std::string_view input = piece;
      for (;;) {
        const size_t before = out.size();
        status = decoder->Decode(input, bytes_max, out);
        if (!status.ok()) return;
        EXPECT_LE(out.size() - before, bytes_max);
        if (out.size() - before < bytes_max) break;
      }
      EXPECT_TRUE(input.empty());
    }
    complete = decoder->complete();
  }

  Status status;
  bool complete = false;
  std::string out;
};

std::vector<std::string> ByteByByte(std::string_view text) {
  std::vector<std::string> bytes;
  for (const char c : text) bytes.emplace_back(1, c);
  return bytes;
}

const std::string kJson = R"({"symbol":"ACME","priceCents":"9351","currencyCode":"USD","symbol2":"ACME"})";

struct ContentCodingTest : testing::TestWithParam<ContentCoding> {};

INSTANTIATE_TEST_SUITE_P(Every, ContentCodingTest, testing::ValuesIn(kAll),
                         [](const auto& info) { return std::string(Name(info.param)); });

TEST_P(ContentCodingTest, WhatIsEncodedDecodesToTheSame) {
  std::string varied;
  for (uint32_t i = 0, x = 1; i < 300'000; ++i, x = x * 1664525 + 1013904223) varied += static_cast<char>(x >> 28);
  for (const std::string& body : {std::string(), std::string("a"), kJson, std::string(1 << 20, 'x'), varied}) {
    std::string out;
    EXPECT_TRUE(DecodeWhole(GetParam(), Encoded(GetParam(), body), body.size(), out).ok());
    EXPECT_TRUE(out == body) << body.size();
  }
}

TEST_P(ContentCodingTest, IsDecodedFromAnyPieces) {
  const std::string encoded = Encoded(GetParam(), kJson);
  for (size_t cut = 0; cut <= encoded.size(); ++cut) {
    const Decoded decoded(GetParam(), {encoded.substr(0, cut), encoded.substr(cut)});
    EXPECT_TRUE(decoded.status.ok() && decoded.complete) << cut << decoded.status;
    EXPECT_EQ(decoded.out, kJson) << cut;
  }
  EXPECT_EQ(Decoded(GetParam(), ByteByByte(encoded)).out, kJson);
  EXPECT_EQ(Decoded(GetParam(), ByteByByte(encoded), 1).out, kJson);
  EXPECT_EQ(Decoded(GetParam(), {encoded}, 1).out, kJson);
}

TEST_P(ContentCodingTest, EachPieceOfAStreamIsThereOnceItIsFlushed) {
  for (const std::optional<size_t> size : {std::optional<size_t>(), std::optional<size_t>(4 * kJson.size())}) {
    const std::unique_ptr<ContentEncoder> encoder = ContentEncoder::Create(GetParam(), size);
    const std::unique_ptr<ContentDecoder> decoder = ContentDecoder::Create(GetParam());
    std::string all;
    for (int i = 0; i < 4; ++i) {
      std::string encoded, out;
      encoder->Encode(kJson, i == 3 ? ContentEncoder::Then::kEnd : ContentEncoder::Then::kFlush, encoded);
      ASSERT_TRUE(DecodeAll(*decoder, encoded, 1000, out).ok());
      ASSERT_EQ(out, kJson) << i;
      ASSERT_EQ(decoder->complete(), i == 3);
      all += encoded;
    }
    EXPECT_LT(all.size(), 3 * kJson.size());  // what went before helps with what comes
  }
}

TEST_P(ContentCodingTest, APieceNeedsNotBeFlushed) {
  std::string body, encoded, out;
  const std::unique_ptr<ContentEncoder> encoder = ContentEncoder::Create(GetParam(), 5000 * kJson.size());
  for (int i = 0; i < 5000; ++i) {
    body += kJson;
    encoder->Encode(kJson, i == 4999 ? ContentEncoder::Then::kEnd : ContentEncoder::Then::kGoOn, encoded);
  }
  EXPECT_LT(encoded.size(), Encoded(GetParam(), body).size() + 100);
  EXPECT_TRUE(DecodeWhole(GetParam(), encoded, body.size(), out).ok());
  EXPECT_TRUE(out == body);
}

TEST_P(ContentCodingTest, FlushingNothingAndEndingWithNothingAreFine) {
  const std::unique_ptr<ContentEncoder> encoder = ContentEncoder::Create(GetParam(), std::nullopt);
  std::string encoded, out;
  encoder->Encode(kJson, ContentEncoder::Then::kFlush, encoded);
  encoder->Encode("", ContentEncoder::Then::kFlush, encoded);
  encoder->Encode("", ContentEncoder::Then::kEnd, encoded);
  EXPECT_TRUE(DecodeWhole(GetParam(), encoded, 1000, out).ok());
  EXPECT_EQ(out, kJson);
}

TEST_P(ContentCodingTest, ABodyThatIsCutOffAnywhereIsNotComplete) {
  const std::string encoded = Encoded(GetParam(), kJson);
  for (size_t cut = 0; cut < encoded.size(); ++cut) {
    const Decoded decoded(GetParam(), {encoded.substr(0, cut)});
    EXPECT_TRUE(decoded.status.ok()) << cut << decoded.status;
    EXPECT_FALSE(decoded.complete) << cut;
    std::string out;
    EXPECT_EQ(MessageOf(DecodeWhole(GetParam(), encoded.substr(0, cut), 1000, out)),
              "ends before its " + std::string(Name(GetParam())) + " does");
  }
}

TEST_P(ContentCodingTest, RefusesWhatComesBehindTheEnd) {
  const std::string encoded = Encoded(GetParam(), kJson);
  for (const std::string& garbage : {std::string("x"), std::string(20, '\0'), std::string("garbage that is longer")}) {
    const Decoded at_once(GetParam(), {encoded + garbage});
    const Decoded later(GetParam(), {encoded, garbage});
    // One byte may be the first of a further member: the end then tells.
    EXPECT_FALSE(at_once.status.ok() && at_once.complete) << garbage;
    EXPECT_FALSE(later.status.ok() && later.complete) << garbage;
    std::string out;
    EXPECT_EQ(DecodeWhole(GetParam(), encoded + garbage, 1000, out).code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(DecodeWhole(GetParam(), encoded + garbage, kJson.size(), out).code(), StatusCode::kInvalidArgument);
  }
}

TEST_P(ContentCodingTest, RefusesWhatIsDamaged) {
  std::string out;
  EXPECT_EQ(MessageOf(DecodeWhole(GetParam(), "{\"no\": \"coding at all\"}", 1000, out)),
            "is no " + std::string(Name(GetParam())));
  const std::string encoded = Encoded(GetParam(), std::string(200, 'a') + kJson);
  for (size_t at = 0; at < encoded.size(); ++at) {
    std::string damaged = encoded;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    Decoded whole(GetParam(), {damaged});
    Decoded pieces(GetParam(), ByteByByte(damaged));
    EXPECT_EQ(whole.status, pieces.status) << at;
    if (whole.status.ok()) EXPECT_EQ(whole.out, pieces.out) << at;
  }
}

TEST_P(ContentCodingTest, TakesExactlyTheBoundAndNotOneByteMore) {
  const std::string encoded = Encoded(GetParam(), std::string(1000, 'x'));
  std::string out;
  EXPECT_TRUE(DecodeWhole(GetParam(), encoded, 1000, out).ok());
  EXPECT_EQ(DecodeWhole(GetParam(), encoded, 999, out).code(), StatusCode::kResourceExhausted);
}

TEST_P(ContentCodingTest, ABombIsLeftAtTheBound) {
  const std::string encoded = Encoded(GetParam(), std::string(16 << 20, 'b'));
  EXPECT_LT(encoded.size(), 100'000);
  std::string out;
  EXPECT_EQ(DecodeWhole(GetParam(), encoded, 200'000, out).code(), StatusCode::kResourceExhausted);
  EXPECT_LE(out.capacity(), 800'000);
}

TEST(ContentCoding, FurtherMembersOfGzipAndFramesOfZstdAreOneBody) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kZstd}) {
    const std::string encoded = Encoded(coding, kJson) + Encoded(coding, "") + Encoded(coding, "more");
    for (size_t cut = 0; cut <= encoded.size(); ++cut) {
      const Decoded decoded(coding, {encoded.substr(0, cut), encoded.substr(cut)}, 7);
      EXPECT_TRUE(decoded.status.ok() && decoded.complete) << cut << decoded.status;
      EXPECT_EQ(decoded.out, kJson + "more") << cut;
    }
    const Decoded cut_off(coding, {encoded.substr(0, encoded.size() - 1)});
    EXPECT_FALSE(cut_off.complete);
  }
  for (const ContentCoding coding : {ContentCoding::kDeflate, ContentCoding::kBrotli}) {
    const Decoded twice(coding, {Encoded(coding, kJson) + Encoded(coding, kJson)});
    EXPECT_EQ(MessageOf(twice.status), "goes on behind the end of its " + std::string(Name(coding)));
  }
}

TEST(ContentCoding, AZstdWindowBeyond8MiBIsRefused) {
  // Head of a frame (RFC 8878, section 3.1.1) whose window is 2^(10 + exponent) bytes, and a last block of nothing.
  const auto frame = [](int exponent) {
    return std::string("\x28\xb5\x2f\xfd\x00", 5) + static_cast<char>(exponent << 3) + std::string("\x01\x00\x00", 3);
  };
  std::string out;
  EXPECT_TRUE(DecodeWhole(ContentCoding::kZstd, frame(13), 100, out).ok());
  EXPECT_EQ(MessageOf(DecodeWhole(ContentCoding::kZstd, frame(14), 100, out)),
            "has a window of more than 8388608 bytes (zstd)");
}

TEST(ContentCoding, FormatsOfZstdThatAreOlderThanItsRfcAreRefusedWhereverTheyAreCut) {
  const std::string old("\x26\xb5\x2f\xfd\x6b");  // which the library would wait for more of, or not, as it is cut
  const std::string passed_over("\x5f\x2a\x4d\x18\x02\x00\x00\x00hi", 10);
  for (size_t cut = 0; cut <= old.size(); ++cut) {
    EXPECT_EQ(MessageOf(Decoded(ContentCoding::kZstd, {old.substr(0, cut), old.substr(cut)}).status), "is no zstd");
  }
  std::string out;
  EXPECT_TRUE(DecodeWhole(ContentCoding::kZstd, passed_over + Encoded(ContentCoding::kZstd, "x"), 100, out).ok());
  EXPECT_EQ(out, "x");
  EXPECT_FALSE(DecodeWhole(ContentCoding::kZstd, Encoded(ContentCoding::kZstd, "x") + old, 100, out).ok());
}

TEST(ContentCoding, AZstdFrameOfAnotherSizeThanItPromisesIsRefusedWhereverItIsCut) {
  // 1330 bytes, it says, and has one block, empty and the last.
  const std::string empty("\x28\xb5\x2f\xfd\x60\x32\x04\x01\x00\x00", 10);
  for (size_t cut = 0; cut <= empty.size(); ++cut) {
    EXPECT_EQ(MessageOf(Decoded(ContentCoding::kZstd, {empty.substr(0, cut), empty.substr(cut)}).status), "is no zstd");
  }
}

TEST(ContentCoding, ABrotliWindowMayBeLargeButNotWhatIsHeldOfIt) {
  const auto with_large_window = [](const std::string& body) {
    std::string out(BrotliEncoderMaxCompressedSize(body.size()), '\0');
    size_t size = out.size();
    EXPECT_TRUE(BrotliEncoderCompress(1, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_GENERIC, body.size(),
                                      reinterpret_cast<const uint8_t*>(body.data()), &size,
                                      reinterpret_cast<uint8_t*>(out.data())));
    return out.substr(0, size);
  };
  std::string out;
  EXPECT_TRUE(DecodeWhole(ContentCoding::kBrotli, with_large_window(std::string(1 << 20, 'x')), 1 << 20, out).ok());
  const std::string longer = with_large_window(std::string(20 << 20, 'x'));
  EXPECT_EQ(MessageOf(DecodeWhole(ContentCoding::kBrotli, longer, 32 << 20, out)),
            "needs more than 8388608 bytes of memory to be decoded (br)");
}

#ifndef MINATO_SANITIZED  // whose allocators tell nothing
TEST(ContentCoding, TenThousandStreamsTakeLessThanAGigabyte) {
  constexpr size_t kStreams = 100;
  const auto allocated = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  for (const auto& [coding, kib] : {std::pair(ContentCoding::kGzip, 40), {ContentCoding::kZstd, 90}}) {
    std::vector<std::unique_ptr<ContentEncoder>> streams(kStreams);
    std::string out;
    out.reserve(1 << 20);
    const size_t before = allocated();
    for (auto& stream : streams) {
      stream = ContentEncoder::Create(coding, std::nullopt);
      for (int i = 0; i < 20; ++i) stream->Encode(kJson + std::to_string(i), ContentEncoder::Then::kFlush, out);
      out.clear();
    }
    EXPECT_LE((allocated() - before) / kStreams, kib * 1024) << Name(coding);
  }
}
#endif

TEST(ContentCoding, IsFoundByName) {
  for (const ContentCoding coding : kAll) EXPECT_EQ(FindContentCoding(Name(coding)), coding);
  EXPECT_EQ(FindContentCoding("GZip"), ContentCoding::kGzip);
  EXPECT_EQ(FindContentCoding("x-gzip"), ContentCoding::kGzip);
  EXPECT_EQ(FindContentCoding("compress"), std::nullopt);
  EXPECT_EQ(FindContentCoding(""), std::nullopt);
}

}  // namespace
}  // namespace minato::http
