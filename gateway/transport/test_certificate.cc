#include "gateway/transport/test_certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gateway/transport/openssl.h"
#include "runtime/check.h"

namespace minato::gateway {
namespace {

std::string TextOf(const BioPtr& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);  // NOLINT: OpenSSL's type
  return std::string(text, static_cast<size_t>(size));
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  CHECK(extension != nullptr, "{}", TakeOpenSslError());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `authority`, or by itself.
TestCertificate Make(const std::string& name, const std::string& alternative_names, const TestCertificate* authority) {
  const PrivateKeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  static long serial = 0;  // NOLINT: OpenSSL's type
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509Ptr issuer;
  PrivateKeyPtr issuer_key;
  if (authority != nullptr) {
    const BioPtr from(BIO_new_mem_buf(authority->certificate.data(), -1));
    issuer.reset(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
    const BioPtr key_from(BIO_new_mem_buf(authority->key.data(), -1));
    issuer_key.reset(PEM_read_bio_PrivateKey(key_from.get(), nullptr, nullptr, nullptr));
  }
  X509* const signer = issuer != nullptr ? issuer.get() : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  AddExtension(certificate.get(), signer, NID_basic_constraints, authority == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (!alternative_names.empty()) AddExtension(certificate.get(), signer, NID_subject_alt_name, alternative_names);
  CHECK(X509_sign(certificate.get(), issuer_key != nullptr ? issuer_key.get() : key.get(), EVP_sha256()) > 0);

  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), certificate.get());
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {TextOf(certificate_text), TextOf(key_text)};
}

}  // namespace

TestCertificate TestCertificate::Authority(const std::string& name) { return Make(name, "", nullptr); }

TestCertificate TestCertificate::For(const std::vector<std::string>& dns_names, const TestCertificate& authority) {
  std::string names;
  for (const std::string& name : dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  return Make(dns_names.empty() ? "nameless" : dns_names.front(), names, &authority);
}

}  // namespace minato::gateway
