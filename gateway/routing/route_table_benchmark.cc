#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "gateway/routing/bindings.h"
#include "gateway/routing/route_table.h"
#include "gateway/routing/test_table.h"

namespace minato::gateway {
namespace {

// About as many rules as a service of this size has.
std::vector<std::string> Rules() {
  std::vector<std::string> rules = {"GET /", "GET /user/{id}", "GET /v1/users", "POST /v1/users body=*",
                                    "GET /v1/users/{id}", "PATCH /v1/users/{id} body=book", "DELETE /v1/users/{id}",
                                    "POST /v1/users/{id}:archive", "GET /v1/{x=shelves/*}/books/{y}",
                                    "GET /v1/files/{x=**}", "GET /v1/trees/{x=**}/leaf"};
  for (int i = 0; i < 40; ++i) rules.push_back("GET /v1/resource" + std::to_string(i) + "/{id}/parts/{x}");
  return rules;
}

void Match(benchmark::State& state, std::string_view http_method, std::string_view path) {
  const TestTable table(Rules());
  for (auto _ : state) {
    RouteMatch match = table.Find(http_method, path);
    benchmark::DoNotOptimize(match);
  }
}

void BM_MatchUser(benchmark::State& state) { Match(state, "GET", "/v1/users/123"); }
BENCHMARK(BM_MatchUser);

void BM_MatchVerb(benchmark::State& state) { Match(state, "POST", "/v1/users/123:archive"); }
BENCHMARK(BM_MatchVerb);

void BM_MatchResourceName(benchmark::State& state) { Match(state, "GET", "/v1/shelves/7/books/8"); }
BENCHMARK(BM_MatchResourceName);

void BM_MatchTail(benchmark::State& state) { Match(state, "GET", "/v1/trees/a/b/c/d/e/leaf"); }
BENCHMARK(BM_MatchTail);

void BM_MethodNotAllowed(benchmark::State& state) { Match(state, "PUT", "/v1/users/123"); }
BENCHMARK(BM_MethodNotAllowed);

void BM_MatchAndBindUser(benchmark::State& state) {
  const TestTable table(Rules());
  for (auto _ : state) {
    const RouteMatch match = table.Find("GET", "/v1/users/123");
    auto bindings = BindUrl(match, "", table.table().options());
    benchmark::DoNotOptimize(bindings);
  }
}
BENCHMARK(BM_MatchAndBindUser);

void BM_MatchAndBindQuery(benchmark::State& state) {
  const TestTable table(Rules());
  for (auto _ : state) {
    const RouteMatch match = table.Find("GET", "/v1/users");
    auto bindings = BindUrl(match, "book.id=5&someName=a%20b&x=1", table.table().options());
    benchmark::DoNotOptimize(bindings);
  }
}
BENCHMARK(BM_MatchAndBindQuery);

}  // namespace
}  // namespace minato::gateway
