// Quotes from any HTTP API that answers a JSON document for one symbol.
#pragma once

#include <memory>
#include <string>

#include "server/backends/http_client/client.h"
#include "server/services/stock/json_pointer.h"
#include "server/services/stock/quote_feed.h"

namespace minato::stock {

struct HttpFeedConfig {
  std::string url_template = {};         // "https://api.example.com/quote?symbol={symbol}"
  std::string price_pointer = "/price";  // JSON pointer to the price: a number, or text that is one
  std::string currency_pointer = {};     // the same for the currency; empty: always currency_code
  std::string currency_code = "USD";
  absl::Duration timeout = absl::Seconds(5);  // of one request
  size_t body_bytes_max = 64 << 10;
};

class HttpFeed final : public QuoteFeed {
 public:
  // INVALID_ARGUMENT that names the setting which is wrong. `client` outlives the feed.
  static StatusOr<std::unique_ptr<HttpFeed>> Create(HttpFeedConfig config,
                                                    http_client::Client& client);

  // UNAVAILABLE if the API is not reached or answers something else than was configured.
  Task<StatusOr<v1::Quote>> Fetch(Symbol symbol) override;

 private:
  HttpFeed(HttpFeedConfig config, JsonPointer price, JsonPointer currency,
           http_client::Client& client);

  StatusOr<v1::Quote> Read(const Symbol& symbol, const http_client::Response& response,
                           absl::Time now) const;

  const HttpFeedConfig config_;
  const JsonPointer price_;
  const JsonPointer currency_;
  http_client::Client& client_;
};

}  // namespace minato::stock
