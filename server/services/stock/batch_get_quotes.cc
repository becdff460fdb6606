#include <vector>

#include "minato/stock/v1/stock.minato.h"
#include "runtime/scope.h"
#include "server/call/error_details.h"
#include "server/services/stock/env.h"

namespace minato::stock {
namespace {

constexpr int kSymbolsMax = 100;

StatusOr<std::vector<Symbol>> ParseSymbols(const v1::BatchGetQuotesRequest& request) {
  if (request.symbols().empty() || request.symbols_size() > kSymbolsMax) {
    return BadField("symbols", fmt::format("has {} elements, must have 1 to {}",
                                           request.symbols_size(), kSymbolsMax));
  }
  std::vector<Symbol> symbols;
  for (int i = 0; i < request.symbols_size(); ++i) {
    TRY(Symbol symbol, Symbol::Parse(request.symbols(i), fmt::format("symbols[{}]", i)));
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

Task<Status> FetchInto(v1::Quote& quote, QuoteCache& quotes, Symbol symbol) {
  CO_TRY(quote, co_await quotes.Latest(symbol));
  co_return OkStatus();
}

}  // namespace

Task<StatusOr<v1::BatchGetQuotesResponse>> BatchGetQuotes(
    StockEnv& env, CallContext& call, const v1::BatchGetQuotesRequest& request) {
  CO_TRY(const std::vector<Symbol> symbols, ParseSymbols(request));
  v1::BatchGetQuotesResponse response;
  Scope scope(call.task());
  for (const Symbol& symbol : symbols) {
    scope.Spawn(FetchInto(*response.add_quotes(), env.quotes, symbol));
  }
  CO_TRY(co_await scope.Join());
  CO_TRY(call.cancel().reason());
  co_return response;
}

}  // namespace minato::stock
