// Any bytes, parsed whole, cut once and byte by byte, must give the same events, in Minato's style and in Envoy's; and
// a parser that has seen the end of a request must never have promised more body than it gave.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/http1_request_parser.h"

namespace minato::http {
namespace {

using Event = Http1RequestParser::Event;

// Small, so that inputs of a few hundred bytes reach every limit.
const Http1Limits kLimits = {.request_line_bytes_max = 64,
                                 .head_bytes_max = 512,
                                 .headers_max = 8,
                                 .body_bytes_max = 256,
                                 .chunk_line_bytes_max = 24,
                                 .chunk_overhead_bytes_max = 128,
                                 .trailer_bytes_max = 64};

// The leniency of gateway/front/envoy_front.cc.
Http1Limits Envoys() {
  Http1Limits limits = kLimits;
  limits.serves_http10 = false;
  limits.known_methods_only = true;
  limits.keep_trailers = false;
  limits.underscores = Underscores::kDrop;
  limits.lenient = {.bare_lf = true,
                    .folded_lines = true,
                    .repeated_host = true,
                    .host_by_target = true,
                    .request_line_spaces = true,
                    .other_expectations = true,
                    .idle_continue = true,
                    .any_first_byte = true};
  limits.refuses_late = true;
  limits.url_targets = true;
  limits.drops_connection_headers = true;
  return limits;
}

class Transcript {
 public:
  explicit Transcript(const Http1Limits& limits) : parser_(limits) {}

  // False once the parser has refused.
  bool Feed(std::string_view piece) {
    const std::string copy(piece);  // So that a view kept too long is seen by the address sanitizer.
    std::string_view input = copy;
    while (true) {
      switch (parser_.Next(input)) {
        case Event::kNeedInput:
          if (!input.empty()) std::abort();
          return true;
        case Event::kHead: {
          const Http1RequestHead& head = parser_.head();
          Add(head.method());
          Add(head.path());
          Add(head.query());
          Add(head.origin_form());
          Add(head.authority());
          for (size_t i = 0; i < head.header_count(); ++i) {
            Add(head.header(i).name);
            Add(head.header(i).value);
          }
          Add(head.keep_alive() ? "k" : "c");
          Add(std::to_string(head.content_length()));
          parser_.RetainHead();
          Add(head.bytes());
          body_bytes_ = 0;
          break;
        }
        case Event::kBody:
          text_.append(parser_.body());
          body_bytes_ += parser_.body().size();
          break;
        case Event::kEnd:
          if (parser_.head().framing() == BodyFraming::kLength && parser_.head().content_length() != body_bytes_) {
            std::abort();
          }
          Add("end");
          for (const HeaderField field : parser_.trailers()) Add(std::string(field.name).append(field.value));
          parser_.Restart();
          break;
        case Event::kError:
          Add(parser_.error().message);
          return false;
      }
    }
  }
  const std::string& text() const { return text_; }

 private:
  void Add(std::string_view part) { text_.append(part).push_back('\n'); }

  Http1RequestParser parser_;
  std::string text_;
  size_t body_bytes_ = 0;
};

void ParseInCuts(std::string_view bytes, size_t at, const Http1Limits& limits) {
  Transcript whole(limits);
  whole.Feed(bytes);
  Transcript cut(limits);
  if (cut.Feed(bytes.substr(0, at))) cut.Feed(bytes.substr(at));
  if (cut.text() != whole.text()) std::abort();
  Transcript single(limits);
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (!single.Feed(bytes.substr(i, 1))) break;
  }
  if (single.text() != whole.text()) std::abort();
}

}  // namespace
}  // namespace minato::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t at = size == 0 ? 0 : data[size / 2] * size / 256;
  minato::http::ParseInCuts(bytes, at, minato::http::kLimits);
  minato::http::ParseInCuts(bytes, at, minato::http::Envoys());
  return 0;
}
