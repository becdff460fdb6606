#include "server/services/stock/quote_feed.h"

namespace minato::stock {

v1::Quote MakeQuote(const Symbol& symbol, int64_t price_cents, std::string_view currency_code,
                    absl::Time time) {
  v1::Quote quote;
  quote.set_symbol(symbol.text());
  quote.set_price_cents(price_cents);
  quote.set_currency_code(std::string(currency_code));
  const int64_t seconds = absl::ToUnixSeconds(time);
  quote.mutable_quote_time()->set_seconds(seconds);
  quote.mutable_quote_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return quote;
}

}  // namespace minato::stock
