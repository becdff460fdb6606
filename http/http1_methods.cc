#include "http/http1_methods.h"

#include <algorithm>
#include <iterator>

namespace minato::http {
namespace {

// Frequent ones first.
constexpr std::string_view kMethods[] = {
    "GET",      "POST",   "PUT",       "DELETE",    "HEAD",       "PATCH",    "OPTIONS",   "CONNECT", "TRACE",
    "QUERY",    "COPY",   "LOCK",      "MKCOL",     "MOVE",       "PROPFIND", "PROPPATCH", "SEARCH",  "UNLOCK",
    "BIND",     "REBIND", "UNBIND",    "ACL",       "REPORT",     "CHECKOUT", "MERGE",     "NOTIFY",  "MKACTIVITY",
    "SUBSCRIBE", "PURGE", "MKCALENDAR", "LINK",     "UNLINK",     "SOURCE",   "UNSUBSCRIBE", "MSEARCH"};

}  // namespace

bool IsKnownMethod(std::string_view method) {
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

}  // namespace minato::http
