#include "gateway/access_log/log_filter.h"

#include <algorithm>

namespace minato::gateway {
namespace {

// The request of a record, as matchers look at it.
class RecordedHead final : public RequestHead {
 public:
  explicit RecordedHead(const AccessLogRecord& record) : record_(record) {}

  std::string_view method() const override { return Get(":method"); }
  std::string_view scheme() const override { return Get(":scheme"); }
  std::string_view target() const override { return Get(":path"); }
  std::string_view path() const override { return target().substr(0, target().find('?')); }
  std::string_view query() const override {
    return target().substr(std::min(target().find('?'), target().size() - 1) + 1);
  }
  std::string_view authority() const override { return Get(":authority"); }
  std::string_view protocol() const override { return record_.protocol; }
  std::optional<std::string_view> Find(http::KnownHeader header) const override { return Find(http::Name(header)); }
  std::optional<std::string_view> Find(std::string_view lower_name) const override {
    return record_.request.Find(lower_name);
  }
  void ForEach(absl::FunctionRef<void(std::string_view, std::string_view)> visit) const override {
    for (const http::HeaderField field : record_.request) {
      if (!field.name.starts_with(':')) visit(field.name, field.value);
    }
  }

 private:
  std::string_view Get(std::string_view name) const { return record_.request.Find(name).value_or(""); }

  const AccessLogRecord& record_;
};

}  // namespace

LogFilter::LogFilter(const config::AccessLogFilter& config)
    : config_(config), filters_(config.filters.begin(), config.filters.end()) {
  if (config.header.has_value()) header_.emplace(*config.header);
}

bool LogFilter::Compares(int64_t value) const {
  using Comparison = config::AccessLogFilter::Comparison;
  switch (config_.comparison) {
    case Comparison::kEq: return value == config_.value;
    case Comparison::kGe: return value >= config_.value;
    case Comparison::kLe: return value <= config_.value;
    case Comparison::kNe: return value != config_.value;
  }
  return false;
}

bool LogFilter::HasFlag(const ResponseFlags& flags) const {
  if (config_.flags.empty()) return !flags.empty();
  return std::any_of(flags.begin(), flags.end(), [&](ResponseFlag flag) {
    return std::find(config_.flags.begin(), config_.flags.end(), ShortName(flag)) != config_.flags.end();
  });
}

bool LogFilter::Passes(const AccessLogRecord& record) const {
  using Kind = config::AccessLogFilter::Kind;
  const auto passes = [&](const LogFilter& filter) { return filter.Passes(record); };
  switch (config_.kind) {
    case Kind::kStatusCode: return Compares(record.status);
    case Kind::kDuration: return Compares(absl::ToInt64Milliseconds(record.end - record.start));
    case Kind::kNotHealthCheck: return !record.is_health_check;
    case Kind::kResponseFlag: return HasFlag(record.flags);
    case Kind::kHeader: return header_->Matches(RecordedHead(record));
    case Kind::kAnd: return std::all_of(filters_.begin(), filters_.end(), passes);
    case Kind::kOr: return std::any_of(filters_.begin(), filters_.end(), passes);
  }
  return false;
}

}  // namespace minato::gateway
