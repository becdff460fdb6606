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
  LoadBalancer(config::Cluster::LoadBalancing policy, uint32_t seed) : policy_(policy), random_(seed) {}

  // Chooses among the healthy ones; among all when fewer than half are (Envoy's panic threshold).
  void SetEndpoints(const std::vector<EndpointPool*>& endpoints);

  // Round robin: in turn, as often as the weights say. Least request: the one with fewer calls of two drawn at random;
  // with unequal weights in turn, by weight over calls. nullptr: there is none.
  EndpointPool* Choose();

 private:
  struct Candidate {
    EndpointPool* endpoint;
    double credit = 0;
  };
  EndpointPool* ChooseByWeight();
  size_t Draw() { return random_() % candidates_.size(); }

  const config::Cluster::LoadBalancing policy_;
  std::minstd_rand random_;
  std::vector<Candidate> candidates_;
  bool weights_differ_ = false;
  size_t turn_ = 0;
};

}  // namespace minato::gateway
