// Certificates for tests, made on the spot.
#pragma once

#include <string>
#include <vector>

namespace minato::gateway {

// As PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;

  // Signs itself and others.
  static TestCertificate Authority(const std::string& name);
  // With DNS names; signed by `authority`.
  static TestCertificate For(const std::vector<std::string>& dns_names, const TestCertificate& authority);
};

}  // namespace minato::gateway
