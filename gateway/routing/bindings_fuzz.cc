// Options, and a request line without its version, at the routes of the oracle's API. What path and query say comes out
// the same each time, no longer than it went in; what they do not is an error with a text. Bindings become a message,
// or an error.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/routing/bindings.h"
#include "gateway/routing/path_unescape.h"
#include "gateway/routing/query.h"
#include "gateway/routing/route_table.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/utf8.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "oracle/v1/api.pb.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

namespace pb = google::protobuf;

struct Choice {
  explicit Choice(uint8_t bits)
      : minato((bits & 1) != 0),
        unescape(static_cast<UnescapeSpec>((bits >> 1 & 3) % 3)),
        any_verb((bits & 8) != 0),
        unknown_name(std::array{UnknownName::kPassThrough, UnknownName::kRefuse, UnknownName::kIgnore,
                                UnknownName::kCapture}[bits >> 4 & 3]),
        plus((bits & 64) != 0 ? PlusSign::kIsSpace : PlusSign::kKeep),
        auto_mapping((bits & 128) != 0) {}

  RoutingOptions Options() const {
    RoutingOptions options = minato ? RoutingOptions() : RoutingOptions::Envoy();
    options.path_unescape = unescape;
    options.match_unregistered_custom_verb = any_verb;
    options.unknown_name = unknown_name;
    options.query_plus = plus;
    options.auto_mapping = auto_mapping;
    if (auto_mapping) options.ignored_query_parameters = {"key", "api_key", "a.b"};
    return options;
  }

  bool minato;
  UnescapeSpec unescape;
  bool any_verb;
  UnknownName unknown_name;
  PlusSign plus;
  bool auto_mapping;
};

// Rules that are refused, of which the oracle's API has some on purpose, are left out.
RouteTable Build(const RoutingOptions& options) {
  static Schema schema;
  RouteTableBuilder builder(schema, options);
  // By way of this table, so that the file, which has no message, is linked.
  const pb::FileDescriptor& file =
      *pb::DescriptorPool::generated_pool()->FindFileByName(descriptor_table_oracle_2fv1_2fapi_2eproto.filename);
  for (int i = 0; i < file.service_count(); ++i) {
    for (int j = 0; j < file.service(i)->method_count(); ++j) (void)builder.AddMethod(*file.service(i)->method(j));
  }
  return std::move(builder).Build();
}

const RouteTable& TableOf(uint8_t bits, const RoutingOptions& options) {
  static std::array<std::unique_ptr<RouteTable>, 256> tables;
  std::unique_ptr<RouteTable>& table = tables[bits & (1 | 2 | 4 | 8 | 128)];
  if (table == nullptr) table = std::make_unique<RouteTable>(Build(options));
  return *table;
}

// AppendUnescaped, byte for byte.
std::string SlowlyUnescaped(std::string_view text, UnescapeSpec spec, PlusSign plus) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    const char c = static_cast<char>(high * 16 + low);
    const bool stays = (spec == UnescapeSpec::kAllExceptSlash && c == '/') ||
                       (spec == UnescapeSpec::kAllExceptReserved && c != '\0' &&
                        std::string_view("!#$&'()*+,/:;=?@[]").find(c) != std::string_view::npos);
    if (low >= 0 && !stays) {
      out += c;
      i += 2;
    } else {
      out += text[i] == '+' && plus == PlusSign::kIsSpace ? ' ' : text[i];
    }
  }
  return out;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02x}", static_cast<uint8_t>(c));
  return out;
}

void CheckText(std::string_view text, const Choice& choice) {
  CHECK(Unescape(Escaped(text)) == text);
  CHECK(Unescape(text, choice.unescape, choice.plus) == SlowlyUnescaped(text, choice.unescape, choice.plus));
  QuerySplitter splitter(text);
  QueryParameter parameter;
  const char* last = text.data();
  while (splitter.Next(parameter)) {
    CHECK(!parameter.name.empty() && parameter.name.data() >= last);
    last = parameter.raw_value.data() + parameter.raw_value.size();
    CHECK(last <= text.data() + text.size());
  }
}

void CheckSame(const UrlBindings& a, const UrlBindings& b) {
  CHECK(a.unknown == b.unknown && a.bindings.size() == b.bindings.size());
  for (size_t i = 0; i < a.bindings.size(); ++i) {
    CHECK(a.bindings[i].path == b.bindings[i].path && a.bindings[i].value == b.bindings[i].value);
    CHECK(a.bindings[i].key == b.bindings[i].key);
  }
}

void ToMessage(const Route& route, const Bindings& bindings, bool envoy) {
  JsonRequest request;
  request.message = route.request;
  request.bindings = bindings;
  if (envoy) request.options = JsonReadOptions::Envoy();
  std::string wire;
  const absl::Status written = BindingsToWire(request, wire);
  if (!written.ok()) {
    CHECK(!written.message().empty());
    return;
  }
  // Envoy passes on what is no UTF-8.
  const auto is_utf8 = [](const Binding& binding) { return Utf8Prefix(binding.value) == binding.value.size(); };
  if (envoy && !std::all_of(bindings.begin(), bindings.end(), is_utf8)) return;
  const std::unique_ptr<pb::Message> message(
      pb::MessageFactory::generated_factory()->GetPrototype(route.method->input_type())->New());
  CHECK(message->ParseFromString(wire));
}

void Run(std::string_view input) {
  if (input.empty()) return;
  const uint8_t bits = static_cast<uint8_t>(input[0]);
  const Choice choice(bits);
  const RoutingOptions options = choice.Options();
  const size_t method_end = std::min(input.find(' ', 1), input.size());
  const std::string_view http_method = input.substr(1, method_end - 1);
  const std::string_view target = input.substr(std::min(method_end + 1, input.size()));
  const size_t path_end = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, path_end);
  const std::string_view query = target.substr(std::min(path_end + 1, target.size()));
  CheckText(target, choice);
  const RouteMatch match = TableOf(bits, options).Match(http_method, path);
  if (match.outcome != RouteMatch::Outcome::kFound) return;
  const StatusOr<UrlBindings> bound = BindUrl(match, query, options);
  const StatusOr<UrlBindings> again = BindUrl(match, query, options);
  CHECK(bound.status() == again.status());
  if (!bound.ok()) {
    CHECK(!MessageOf(bound.status()).empty());
    // A parameter of a map whose key or value is none is refused whatever becomes of unknown names.
    if (bound.status().code() == StatusCode::kInvalidArgument) {
      CHECK(choice.minato || choice.unknown_name == UnknownName::kRefuse);
    } else {
      CHECK(bound.status().code() == StatusCode::kNotFound && choice.unknown_name == UnknownName::kPassThrough);
    }
    return;
  }
  CheckSame(*bound, *again);
  size_t values = bound->bindings.size();
  for (const auto& [name, unknown] : bound->unknown) values += unknown.size();
  const size_t parameters = 1 + static_cast<size_t>(std::count(query.begin(), query.end(), '&'));
  CHECK(values <= match.values.size() + parameters);
  for (const Binding& binding : bound->bindings) {
    CHECK(!binding.path.empty() && binding.value.size() <= target.size());
    CHECK(binding.path.front()->parent == match.route->request);
  }
  ToMessage(*match.route, bound->bindings, !choice.minato);
}

}  // namespace
}  // namespace minato::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  minato::gateway::Run(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
