#include "http/http1_request_parser.h"

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

namespace minato::http {
namespace {

void ParseHead(benchmark::State& state, std::string_view request) {
  Http1RequestParser parser;
  for (auto _ : state) {
    std::string_view input = request;
    while (parser.Next(input) != Http1RequestParser::Event::kEnd) benchmark::DoNotOptimize(parser.head());
    parser.Restart();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * request.size()));
}

void BM_SmallGetAsWrkSendsIt(benchmark::State& state) {
  ParseHead(state, "GET /v1/users/123 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n");
}
BENCHMARK(BM_SmallGetAsWrkSendsIt);

void BM_GetAsCurlSendsIt(benchmark::State& state) {
  ParseHead(state,
            "GET /v1/users/123 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n");
}
BENCHMARK(BM_GetAsCurlSendsIt);

void BM_GetAsABrowserSendsIt(benchmark::State& state) {
  ParseHead(state,
            "GET /v1/users/123?fields=name,email HTTP/1.1\r\n"
            "Host: minato.example.com\r\n"
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
            "Accept-Language: en-US,en;q=0.5\r\n"
            "Accept-Encoding: gzip, deflate, br, zstd\r\n"
            "Connection: keep-alive\r\n"
            "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
            "Upgrade-Insecure-Requests: 1\r\n"
            "Sec-Fetch-Dest: document\r\n"
            "Sec-Fetch-Mode: navigate\r\n"
            "Sec-Fetch-Site: none\r\n"
            "Priority: u=0, i\r\n\r\n");
}
BENCHMARK(BM_GetAsABrowserSendsIt);

}  // namespace
}  // namespace minato::http
