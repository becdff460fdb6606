#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/http1_chunked_decoder.h"
#include "http/http1_error.h"
#include "http/http1_limits.h"
#include "http/http1_request_head.h"

namespace minato::http {

// Server side of HTTP/1.0 and 1.1 (RFC 9112): bytes in, one request after another out.
//
// It refuses whatever two parsers might read differently: content-length beside transfer-encoding, repeated
// content-length or Host, folded lines, white space around names, bare CR or LF, controls, and so on. Http1Leniency
// says which of that a server may choose to take.
//
//   Http1RequestParser parser(limits);
//   while (true) {
//     switch (parser.Next(input)) {         // `input` shrinks from its front
//       case Event::kNeedInput: read more, come again; a half-read head is kept inside.
//       case Event::kHead:      parser.head(), once a request
//       case Event::kBody:      parser.body(), any number of times
//       case Event::kEnd:       answer, then parser.Restart(): what is left of `input` is the next request
//       case Event::kError:     answer parser.error() and close
//
// The pieces in which input comes make no difference to the events, but for how body bytes are cut.
// head() lives until Restart, and its views may refer to the input given to the call that returned kHead: keep those
// bytes, or call RetainHead before they change.
class Http1RequestParser {
 public:
  enum class Event { kNeedInput, kHead, kBody, kEnd, kError };

  explicit Http1RequestParser(const Http1Limits& limits = {});
  Http1RequestParser(const Http1RequestParser&) = delete;
  Http1RequestParser& operator=(const Http1RequestParser&) = delete;

  Event Next(std::string_view& input);
  const Http1RequestHead& head() const { return head_; }
  // After kBody: a view into that input.
  std::string_view body() const { return body_; }
  const Http1Error& error() const { return error_; }

  // After kEnd: behind a chunked body. Names that belong to a head, as content-length, are left out.
  const Headers& trailers() const { return chunked_.trailers(); }
  // Inside a body: would Next get to its end, or an error, without bytes beyond `input`?
  bool BodyEndsIn(std::string_view input) const;

  // Copies the head inside, so that the input it was parsed from may go. After kHead.
  void RetainHead();
  // After kEnd.
  void Restart();
  // Between requests: not a byte of the next one has come.
  bool idle() const {
    return stage_ == Stage::kHead && stored_.empty() && (blank_lines_ == 0 || !limits_.blank_lines_begin);
  }

 private:
  enum class Stage { kHead, kLengthBody, kChunkedBody, kDone, kFailed };
  enum class Line { kMore, kBlank, kHeadEnds, kBad };
  // What is refused late (Http1Limits), in the order in which it counts.
  enum class Late { kTarget, kVersion, kHost, kRequest, kTunnel, kNothing };

  Event NextOfHead(std::string_view& input);
  Event NextOfLengthBody(std::string_view& input);
  Event NextOfChunkedBody(std::string_view& input);

  // The line from line_begin_ to the LF at `line_feed`, of the head that begins at `base`.
  Line TakeLine(const char* base, size_t line_feed);
  // May the line that starts at line_begin_ reach to `end`?
  bool FitsLimits(size_t end);
  bool BeginsWell(char first);
  bool TakeRequestLine(const char* base, const char* begin, const char* end);
  bool TakeVersion(std::string_view method, std::string_view version);
  bool TakeTarget(std::string_view method, const char* base, const char* begin, const char* end);
  bool TakeHeader(const char* base, const char* begin, const char* end);
  bool TakeFoldedLine(const char* base, const char* begin, const char* end);
  bool TakeKnownHeader(KnownHeader known, std::string_view value);
  // What the headers together mean.
  Event FinishHead();
  void TakeConnectionOptions();
  bool CheckHost();
  // Of a head that is well-formed: what it asks for in vain.
  bool CheckLate();
  // False where Connection names what others rely on, or too much.
  bool DropConnectionHeaders();
  void DropUnderscores();
  void AddHost(std::string_view host);
  bool AsksForH2cOnly() const;
  std::vector<std::string> ConnectionNames() const;
  // What a head needs to have its views again after leniency.
  void Unfold();
  void JoinHosts();
  void AddRootPath();
  size_t AppendToHead(std::string_view text);  // where it stands
  // At once, or in the end if nothing else is wrong.
  bool Refuse(Late rank, Http1Fault fault, std::string message);
  bool Fail(Http1Fault fault, std::string message);
  bool BadRequest(std::string message) { return Fail(Http1Fault::kBadRequest, std::move(message)); }

  const Http1Limits limits_;
  Stage stage_ = Stage::kHead;
  bool has_request_line_ = false;
  bool has_folds_ = false;
  bool has_hosts_ = false;  // more than one
  bool has_underscores_ = false;  // in names that are to be dropped
  bool unknown_coding_ = false;
  Late late_ = Late::kNothing;  // error_ tells it
  size_t blank_lines_ = 0;
  size_t line_begin_ = 0;  // Where the next line of the head begins.
  std::string stored_;     // The head so far, if it did not come in one piece.
  Http1RequestHead head_;
  std::string_view body_;
  uint64_t body_left_ = 0;
  Http1ChunkedDecoder chunked_;
  Http1Error error_;
};

}  // namespace minato::http
