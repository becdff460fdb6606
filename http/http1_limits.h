// What a client may send over HTTP/1.1: how much, and how carelessly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "http/underscores.h"

namespace minato::http {

// What is taken although RFC 9112 lets a server refuse it. Nothing here makes it doubtful where a message ends: a
// length that is repeated, folded or contradicted, and a chunk without its CR LF, are refused in any case.
struct Http1Leniency {
  bool bare_lf = false;              // ends a line of the head, as CR LF does
  bool folded_lines = false;         // a value goes on in the next line; not of Host, Content-Length and the like
  bool repeated_host = false;        // the values are joined with commas
  bool host_by_target = false;       // an absolute target stands in for a Host header
  bool request_line_spaces = false;  // more than one space, or tabs, around the target and behind the version
  bool other_expectations = false;   // than 100-continue: for somebody behind us to judge
  bool idle_continue = false;        // 100-continue counts although there is no body to wait for
  bool any_first_byte = false;       // that is visible: whether it begins a method is judged when the line has come
};

struct Http1Limits {
  size_t request_line_bytes_max = 8 << 10;
  size_t head_bytes_max = 60 << 10;  // Request line and headers.
  size_t headers_max = 100;
  size_t blank_lines_max = 4;  // Tolerated before a request (RFC 9112, 2.2).
  bool blank_lines_begin = false;  // They are bytes of the request, whose time runs from the first of them.
  uint64_t body_bytes_max = UINT64_MAX;
  size_t chunk_line_bytes_max = 256;
  size_t chunk_overhead_bytes_max = 16 << 10;
  size_t trailer_bytes_max = 8 << 10;

  Http1Leniency lenient = {};
  Underscores underscores = Underscores::kKeep;  // not of trailers
  bool serves_http10 = true;
  std::string http10_host = {};  // of an HTTP/1.0 request that names none
  bool known_methods_only = false;  // those registered for HTTP and WebDAV, in capitals
  bool keep_trailers = true;        // else they are checked and dropped
  // What a head asks for in vain, as HTTP/1.0, a tunnel or a target with a fragment, is told when all of it has come
  // and nothing else is wrong with it; else at once.
  bool refuses_late = false;
  // An absolute target is taken apart as URL parsers do: its host is a name of letters, digits, dots and dashes or an
  // address in brackets, with a port up to 65535; user information is passed over; a query without a path stays one.
  // OPTIONS may ask for anything that begins with an asterisk.
  bool url_targets = false;
  // The head is without what its Connection header names.
  bool drops_connection_headers = false;
};

}  // namespace minato::http
