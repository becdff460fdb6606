#include "gateway/transport/tls.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/transport/test_certificate.h"

namespace minato::gateway {
namespace {

using Chain = TlsAcceptor::Chain;

config::StringMatcher Exactly(const std::string& text) { return {.text = text}; }
config::StringMatcher Prefix(const std::string& text) {
  return {.kind = config::StringMatcher::Kind::kPrefix, .text = text};
}

struct TlsTest : testing::Test {
  // What a server and a client say of it, and what they agree on: "h2 0" (protocol and chain), or "server: why" and
  // "client: why".
  std::string Shake(const std::vector<Chain>& chains, const config::TlsContext& client) {
    const auto acceptor = TlsAcceptor::Create(chains);
    const auto connector = TlsConnector::Create(client);
    if (!acceptor.ok()) return std::string(MessageOf(acceptor.status()));
    if (!connector.ok()) return std::string(MessageOf(connector.status()));
    server_ = (*acceptor)->Accept();
    client_ = (*connector)->Connect();
    return Shake();
  }
  std::string Shake() {
    Status client = client_->Handshake();
    Status server;
    std::string failures;
    while (client_->wire().size() + server_->wire().size() > 0) {
      Move(*client_, *server_);
      if (server.ok() && !(server = Advance(*server_)).ok()) failures += "server: " + std::string(MessageOf(server)) + "; ";
      Move(*server_, *client_);
      if (client.ok() && !(client = Advance(*client_)).ok()) failures += "client: " + std::string(MessageOf(client)) + "; ";
    }
    if (!failures.empty()) return failures;
    EXPECT_TRUE(client_->established() && server_->established());
    EXPECT_EQ(client_->protocol(), server_->protocol());
    return fmt::format("{} {}", server_->protocol(), server_->filter_chain());
  }
  // The handshake, or behind it the alert that the other side's end of it caused.
  static Status Advance(WireCodec& codec) {
    if (!codec.established()) return codec.Handshake();
    char byte;
    return codec.Read(&byte, 1).status();
  }
  void Move(WireCodec& from, WireCodec& to) {
    const std::string bytes = std::exchange(from.wire(), "");
    for (size_t at = 0; at < bytes.size(); at += piece_) to.Receive(std::string_view(bytes).substr(at, piece_));
  }
  // All that can be read, `room` bytes at a time.
  static std::string ReadAll(WireCodec& codec, size_t room) {
    std::string all;
    std::string buffer(room, '\0');
    for (;;) {
      const StatusOr<size_t> size = codec.Read(buffer.data(), room);
      if (!size.ok()) return all + "!" + std::string(MessageOf(size.status()));
      if (*size == 0) return all;
      all += buffer.substr(0, *size);
    }
  }

  config::TlsContext ServerOf(const std::vector<std::string>& names) {
    const TestCertificate made = TestCertificate::For(names, authority_);
    return {.certificate_chain = made.certificate, .private_key = made.key, .alpn_protocols = {"h2", "http/1.1"}};
  }
  config::TlsContext Trusting() { return {.trusted_ca = authority_.certificate}; }

  const TestCertificate authority_ = TestCertificate::Authority("test authority");
  size_t piece_ = SIZE_MAX;
  std::unique_ptr<WireCodec> server_;
  std::unique_ptr<WireCodec> client_;
};

TEST_F(TlsTest, CarriesBytesBothWaysInPiecesOfAnySize) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{4000}, SIZE_MAX}) {
    piece_ = piece;
    ASSERT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, {}), "h2 0");
    client_->Write(text);
    client_->Write("end");
    Move(*client_, *server_);
    EXPECT_EQ(ReadAll(*server_, 1000), text + "end");
    server_->Write(text);
    server_->End();
    Move(*server_, *client_);
    EXPECT_EQ(ReadAll(*client_, 50'000), text + "!the peer ended the TLS session");
  }
}

TEST_F(TlsTest, AgreesOnTheProtocolThatTheServerLikesBest) {
  EXPECT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, {.alpn_protocols = {"http/1.1", "h2"}}), "h2 0");
  EXPECT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, {.alpn_protocols = {"http/1.1"}}), "http/1.1 0");
  EXPECT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, {.alpn_protocols = {"spdy"}}), " 0");
  config::TlsContext silent = ServerOf({"x.test"});
  silent.alpn_protocols.clear();
  EXPECT_EQ(Shake({{.tls = silent}}, {}), " 0");
}

TEST_F(TlsTest, ChoosesAChainByTheNameAskedFor) {
  const std::vector<Chain> chains = {{{"a.test", "b.test"}, ServerOf({"a.test"})},
                                     {{"*.c.test"}, ServerOf({"*.c.test"})},
                                     {{"d.c.test"}, ServerOf({"d.c.test"})}};
  const auto chain_for = [&](const std::string& name) { return Shake(chains, {.sni = name}); };
  EXPECT_EQ(chain_for("a.test"), "h2 0");
  EXPECT_EQ(chain_for("B.test"), "h2 0");
  EXPECT_EQ(chain_for("x.c.test"), "h2 1");
  EXPECT_EQ(chain_for("x.y.c.test"), "h2 1");
  EXPECT_EQ(chain_for("d.c.test"), "h2 2");
  for (const char* stranger : {"c.test", "a.test.x", ""}) {
    EXPECT_EQ(chain_for(stranger), "server: TLS: callback failed; client: TLS: tlsv1 unrecognized name; ") << stranger;
  }
  std::vector<Chain> with_rest = chains;
  with_rest.push_back({{}, ServerOf({"rest.test"})});
  EXPECT_EQ(Shake(with_rest, {.sni = "c.test"}), "h2 3");
  EXPECT_EQ(Shake(with_rest, {}), "h2 3");
  // The certificate is the chain's.
  config::TlsContext strict = Trusting();
  strict.sni = "d.c.test";
  strict.match_subject_alt_names = {Exactly("d.c.test")};
  EXPECT_EQ(Shake(chains, strict), "h2 2");
}

TEST_F(TlsTest, VerifiesAServerThatItHasAnAuthorityFor) {
  EXPECT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, Trusting()), "h2 0");
  const TestCertificate stranger = TestCertificate::Authority("stranger");
  EXPECT_EQ(Shake({{.tls = ServerOf({"x.test"})}}, {.trusted_ca = stranger.certificate}),
            "client: TLS: certificate verify failed: unable to get local issuer certificate; "
            "server: TLS: tlsv1 alert unknown ca; ");
}

TEST_F(TlsTest, MatchesTheNamesOfACertificate) {
  const auto shake = [&](const std::vector<std::string>& names, const config::StringMatcher& wanted) {
    config::TlsContext client = Trusting();
    client.match_subject_alt_names = {Exactly("other.test"), wanted};
    const std::string result = Shake({{.tls = ServerOf(names)}}, client);
    return result == "h2 0" ? "yes" : result.substr(0, result.find(';'));
  };
  const std::string no = "client: TLS: certificate verify failed: hostname mismatch";
  EXPECT_EQ(shake({"x.test", "y.test"}, Exactly("y.test")), "yes");
  EXPECT_EQ(shake({"X.test"}, Exactly("x.TEST")), "yes");
  EXPECT_EQ(shake({"x.test"}, Exactly("y.test")), no);
  EXPECT_EQ(shake({}, Exactly("nameless")), no);
  EXPECT_EQ(shake({"*.x.test"}, Exactly("a.x.test")), "yes");
  EXPECT_EQ(shake({"*.x.test"}, Exactly("a.b.x.test")), no);
  EXPECT_EQ(shake({"*.x.test"}, Exactly("x.test")), no);
  EXPECT_EQ(shake({"a.x.test"}, Prefix("a.")), "yes");
  EXPECT_EQ(shake({"a.x.test"}, Prefix("b.")), no);
}

TEST_F(TlsTest, AsksClientsForACertificateIfToldAndHoldsThemToIt) {
  config::TlsContext server = ServerOf({"x.test"});
  server.trusted_ca = authority_.certificate;
  EXPECT_EQ(Shake({{.tls = server}}, {}), "h2 0");
  const config::TlsContext known = ServerOf({"client.test"});
  EXPECT_EQ(Shake({{.tls = server}}, known), "h2 0");
  const TestCertificate other = TestCertificate::Authority("other");
  const TestCertificate forged = TestCertificate::For({"client.test"}, other);
  const std::string refused = Shake({{.tls = server}}, {.certificate_chain = forged.certificate, .private_key = forged.key});
  EXPECT_TRUE(refused.starts_with("server: TLS: certificate verify failed: unable to get local issuer certificate"))
      << refused;
  server.require_client_certificate = true;
  EXPECT_EQ(Shake({{.tls = server}}, known), "h2 0");
  const std::string nobody = Shake({{.tls = server}}, {});
  EXPECT_TRUE(nobody.starts_with("server: TLS: peer did not return a certificate")) << nobody;
  server.match_subject_alt_names = {Exactly("somebody.test")};
  EXPECT_TRUE(Shake({{.tls = server}}, known).starts_with("server: TLS: certificate verify failed: hostname mismatch"));
}

TEST_F(TlsTest, AChainThatAsksForCertificatesIsNotReachedThroughAnother) {
  config::TlsContext strict = ServerOf({"strict.test"});
  strict.trusted_ca = authority_.certificate;
  strict.require_client_certificate = true;
  const std::vector<Chain> chains = {{{"open.test"}, ServerOf({"open.test"})}, {{"strict.test"}, strict}};
  EXPECT_EQ(Shake(chains, {.sni = "open.test"}), "h2 0");
  EXPECT_TRUE(Shake(chains, {.sni = "strict.test"}).starts_with("server: TLS: peer did not return a certificate"));
}

TEST_F(TlsTest, WhatIsNoTlsIsRefused) {
  const auto acceptor = TlsAcceptor::Create({{.tls = ServerOf({"x.test"})}});
  ASSERT_TRUE(acceptor.ok());
  const std::unique_ptr<WireCodec> server = (*acceptor)->Accept();
  server->Receive("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  EXPECT_EQ(MessageOf(server->Handshake()), "TLS: http request");
}

TEST_F(TlsTest, ErrorsNameThePlaceTheFileAndWhatIsWrong) {
  const std::string folder = testing::TempDir();
  const auto file = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder + name) << text;
    return folder + name;
  };
  const TestCertificate good = TestCertificate::For({"x.test"}, authority_);
  const TestCertificate other = TestCertificate::For({"y.test"}, authority_);
  const std::string chain = file("chain.pem", good.certificate);
  const std::string key = file("key.pem", good.key);
  const auto error = [](const std::string& chain, const std::string& key, const std::string& ca = "") {
    config::TlsContext tls{.place = {"listeners[0].tls", 7, "f.yaml"},
                           .certificate_chain = chain,
                           .private_key = key,
                           .trusted_ca = ca};
    const Status status = TlsAcceptor::Create({{.tls = tls}}).status();
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kInvalidArgument);
    return std::string(MessageOf(status));
  };
  const std::string place = "f.yaml:7: listeners[0].tls: ";
  EXPECT_EQ(error(chain, key), "");
  EXPECT_EQ(error(chain, key, file("ca.pem", "words\n" + authority_.certificate + good.certificate)), "");
  EXPECT_EQ(error(folder + "missing.pem", key), place + folder + "missing.pem: No such file or directory");
  EXPECT_EQ(error(folder, key), place + folder + ": cannot be read, or is empty");
  EXPECT_EQ(error(key, key), place + key + ": no certificate");
  EXPECT_EQ(error(file("cut.pem", good.certificate.substr(0, 100)), key), place + folder + "cut.pem: certificate 1: bad end line");
  EXPECT_EQ(error(chain, chain), place + chain + ": no private key without a password: unsupported");
  EXPECT_EQ(error(chain, file("other.pem", other.key)),
            place + folder + "other.pem: the private key does not fit the certificate of " + chain + ": key values mismatch");
  EXPECT_EQ(error(chain, key, key), place + key + ": no certificate");
}

}  // namespace
}  // namespace minato::gateway
