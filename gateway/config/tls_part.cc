// extensions.transport_sockets.tls.v3
#include "gateway/config/envoy_messages.h"
#include "gateway/config/parts.h"

namespace minato::gateway::config {
namespace {

constexpr std::string_view kDownstreamType = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
constexpr std::string_view kUpstreamType = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
constexpr std::string_view kPemBegin = "-----BEGIN";

// The name of a file, or PEM itself.
std::string ReadPem(const YamlValue& value, ConfigErrors& errors) {
  const size_t before = errors.count();
  const DataSource source = ReadDataSource(value, errors);
  if (errors.count() != before || source.is_file) return source.text;
  const size_t begin = source.text.find(kPemBegin);
  if (begin == source.text.npos) {
    errors.Add(value.place(), "no PEM (\"{}\" is missing)", kPemBegin);
    return {};
  }
  return source.text.substr(begin);
}

void ReadCertificates(MessageReader& common, TlsContext& tls) {
  ConfigErrors& errors = common.errors();
  const auto certificates = common.TakeList("tls_certificates");
  if (certificates.size() > 1) errors.Add(certificates[1].place(), "more than one certificate is not supported");
  if (certificates.empty()) return;
  MessageReader reader(certificates[0], kTlsCertificate, errors);
  if (const auto chain = reader.TakeRequired("certificate_chain")) tls.certificate_chain = ReadPem(*chain, errors);
  if (const auto key = reader.TakeRequired("private_key")) tls.private_key = ReadPem(*key, errors);
}

StringMatcher ReadSubjectAltName(const YamlValue& value, ConfigErrors& errors) {
  MessageReader reader(value, kSubjectAltNameMatcher, errors);
  enum class Type { kDns };
  if (!reader.Has("san_type")) reader.Missing("san_type");
  reader.Enum<Type>("san_type", Type::kDns,
                    {{"DNS", Type::kDns},
                     {"EMAIL", std::nullopt},
                     {"URI", std::nullopt},
                     {"IP_ADDRESS", std::nullopt},
                     {"OTHER_NAME", std::nullopt}});
  const auto matcher = reader.TakeRequired("matcher");
  return matcher ? ReadStringMatcher(*matcher, errors) : StringMatcher();
}

void ReadValidationContext(const YamlValue& value, TlsContext& tls, ConfigErrors& errors) {
  MessageReader reader(value, kCertificateValidationContext, errors);
  if (const auto ca = reader.Take("trusted_ca")) tls.trusted_ca = ReadPem(*ca, errors);
  for (const YamlValue& name : reader.TakeList("match_typed_subject_alt_names")) {
    tls.match_subject_alt_names.push_back(ReadSubjectAltName(name, errors));
  }
  if (!tls.match_subject_alt_names.empty() && tls.trusted_ca.empty()) {
    errors.Add(reader.place(), "match_typed_subject_alt_names needs trusted_ca: names of unverified certificates "
                               "mean nothing");
  }
}

void ReadCommon(const YamlValue& value, TlsContext& tls, ConfigErrors& errors) {
  MessageReader reader(value, kCommonTlsContext, errors);
  ReadCertificates(reader, tls);
  if (const auto context = reader.Take("validation_context")) ReadValidationContext(*context, tls, errors);
  tls.alpn_protocols = reader.Strings("alpn_protocols");
}

// The typed_config of a transport socket, if it has the type wanted.
std::optional<YamlValue> TakeContext(MessageReader& socket, std::string_view wanted) {
  ConfigErrors& errors = socket.errors();
  socket.RequiredString("name");
  const auto any = socket.TakeRequired("typed_config");
  if (!any) return std::nullopt;
  TypedValue typed = ReadAny(*any, errors);
  if (typed.type == wanted) return std::move(typed.value);
  if (!typed.type.empty()) {
    errors.Add(any->place(), "the type {} is not supported here; this is: {}", typed.type, wanted);
  }
  return std::nullopt;
}

}  // namespace

TlsContext ReadDownstreamTls(const YamlValue& transport_socket, ConfigErrors& errors) {
  TlsContext tls;
  MessageReader socket(transport_socket, kTransportSocket, errors);
  tls.place = socket.place();
  const auto context = TakeContext(socket, kDownstreamType);
  if (!context) return tls;
  MessageReader reader(*context, kDownstreamTlsContext, errors);
  if (const auto common = reader.TakeRequired("common_tls_context")) {
    ReadCommon(*common, tls, errors);
    if (tls.certificate_chain.empty()) {
      errors.Add({common->path + ".tls_certificates", common->node->line}, "a certificate is required");
    }
  }
  tls.require_client_certificate = reader.Bool("require_client_certificate");
  if (tls.require_client_certificate && tls.trusted_ca.empty()) {
    errors.Add(reader.place(), "require_client_certificate needs validation_context.trusted_ca");
  }
  return tls;
}

TlsContext ReadUpstreamTls(const YamlValue& transport_socket, ConfigErrors& errors) {
  TlsContext tls;
  MessageReader socket(transport_socket, kTransportSocket, errors);
  tls.place = socket.place();
  const auto context = TakeContext(socket, kUpstreamType);
  if (!context) return tls;
  MessageReader reader(*context, kUpstreamTlsContext, errors);
  if (const auto common = reader.Take("common_tls_context")) ReadCommon(*common, tls, errors);
  tls.sni = reader.String("sni");
  return tls;
}

}  // namespace minato::gateway::config
