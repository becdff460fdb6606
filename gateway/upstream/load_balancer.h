// Which endpoint the next call goes to.
#pragma once

#include <random>
#include <vector>

#include "gateway/config/bootstrap.h"
#include "gateway/upstream/endpoint_pool.h"

namespace minato::gateway {

// Belongs to one worker; the endpoints outlive it or are replaced.
class LoadBalancer {
 public:
  // `panic_threshold` in percent.
  LoadBalancer(config::Cluster::LoadBalancing policy, uint32_t panic_threshold, uint32_t seed)
      : policy_(policy), panic_threshold_(panic_threshold), random_(seed) {}

  // Chooses among the healthy ones; among all when fewer of them are than the panic threshold says. As in Envoy that
  // is never so where 72 % are.
  void SetEndpoints(const std::vector<EndpointPool*>& endpoints);

  // Round robin: in turn, as often as the weights say. Least request: the one with fewer calls of two drawn at random;
  // with unequal weights in turn, by weight over calls. Random: whatever the weights. nullptr: there is none.
  EndpointPool* Choose();

 private:
  struct Candidate {
    EndpointPool* endpoint;
    double credit = 0;
  };
  EndpointPool* ChooseByWeight();
  size_t Draw() { return random_() % candidates_.size(); }

  const config::Cluster::LoadBalancing policy_;
  const size_t panic_threshold_;
  std::minstd_rand random_;
  std::vector<Candidate> candidates_;
  bool weights_differ_ = false;
  size_t turn_ = 0;
};

}  // namespace minato::gateway
