#include "server/services/stock/http_feed.h"

#include <cmath>
#include <optional>

#include <absl/strings/numbers.h>
#include <absl/strings/str_replace.h>
#include <google/protobuf/util/json_util.h>

namespace minato::stock {
namespace {

constexpr std::string_view kPlaceholder = "{symbol}";
constexpr double kPriceCentsMax = 0x1p53;  // beyond, a double does not tell cents apart

// Symbols consist of characters that a URL takes as they are.
std::string UrlOf(const std::string& url_template, std::string_view symbol) {
  return absl::StrReplaceAll(url_template,
                             {{"{symbol}", absl::string_view(symbol.data(), symbol.size())}});
}

Status InSetting(std::string_view name, const Status& status) {
  return Error(status.code(), "{}: {}", name, MessageOf(status));
}

std::optional<int64_t> CentsOf(const google::protobuf::Value& value) {
  double price = 0;
  if (value.has_number_value()) {
    price = value.number_value();
  } else if (!value.has_string_value() || !absl::SimpleAtod(value.string_value(), &price)) {
    return std::nullopt;
  }
  const double cents = std::round(price * 100);
  if (!(cents >= 0 && cents < kPriceCentsMax)) return std::nullopt;
  return static_cast<int64_t>(cents);
}

}  // namespace

StatusOr<std::unique_ptr<HttpFeed>> HttpFeed::Create(HttpFeedConfig config,
                                                     http_client::Client& client) {
  if (config.url_template.find(kPlaceholder) == std::string::npos) {
    return InvalidArgument("url_template: '{}' does not contain {}", config.url_template,
                           kPlaceholder);
  }
  if (const auto host = http_client::HostOf(UrlOf(config.url_template, "A")); !host.ok()) {
    return InSetting("url_template", host.status());
  }
  StatusOr<JsonPointer> price = JsonPointer::Parse(config.price_pointer);
  if (!price.ok()) return InSetting("price_pointer", price.status());
  StatusOr<JsonPointer> currency = JsonPointer::Parse(config.currency_pointer);
  if (!currency.ok()) return InSetting("currency_pointer", currency.status());
  return std::unique_ptr<HttpFeed>(
      new HttpFeed(std::move(config), *std::move(price), *std::move(currency), client));
}

HttpFeed::HttpFeed(HttpFeedConfig config, JsonPointer price, JsonPointer currency,
                   http_client::Client& client)
    : config_(std::move(config)),
      price_(std::move(price)),
      currency_(std::move(currency)),
      client_(client) {}

Task<StatusOr<v1::Quote>> HttpFeed::Fetch(Symbol symbol) {
  CO_TRY(
      const http_client::Response response,
      co_await client_.Get(UrlOf(config_.url_template, symbol.text()),
                           {.timeout = config_.timeout, .body_bytes_max = config_.body_bytes_max}));
  const TaskContext& context = co_await CurrentContext();
  co_return Read(symbol, response, context.home->Now());
}

StatusOr<v1::Quote> HttpFeed::Read(const Symbol& symbol, const http_client::Response& response,
                                   absl::Time now) const {
  const Status success = http_client::RequireSuccess(response);
  if (absl::IsNotFound(success)) return NotFound("no share has the symbol {}", symbol.text());
  TRY(success);

  google::protobuf::Value root;
  if (!google::protobuf::util::JsonStringToMessage(response.body, &root).ok()) {
    return Unavailable("{} answered something that is no JSON", response.host);
  }
  const google::protobuf::Value* const price = price_.FindIn(root);
  if (price == nullptr) {
    return Unavailable("{} answered JSON without {}", response.host, price_.text());
  }
  const std::optional<int64_t> cents = CentsOf(*price);
  if (!cents.has_value()) {
    return Unavailable("{} answered JSON in which {} is no price", response.host, price_.text());
  }
  if (config_.currency_pointer.empty())
    return MakeQuote(symbol, *cents, config_.currency_code, now);

  const google::protobuf::Value* const currency = currency_.FindIn(root);
  if (currency == nullptr || !currency->has_string_value()) {
    return Unavailable("{} answered JSON in which {} is no currency", response.host,
                       currency_.text());
  }
  return MakeQuote(symbol, *cents, currency->string_value(), now);
}

}  // namespace minato::stock
