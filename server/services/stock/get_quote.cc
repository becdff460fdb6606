#include "minato/stock/v1/stock.minato.h"
#include "server/services/stock/env.h"

namespace minato::stock {

Task<StatusOr<v1::Quote>> GetQuote(StockEnv& env, CallContext& call,
                                   const v1::GetQuoteRequest& request) {
  CO_TRY(const Symbol symbol, Symbol::Parse(request.symbol()));
  co_return co_await env.quotes.Latest(symbol);
}

}  // namespace minato::stock
