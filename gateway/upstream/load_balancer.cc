#include "gateway/upstream/load_balancer.h"

#include <algorithm>

namespace minato::gateway {

void LoadBalancer::SetEndpoints(const std::vector<EndpointPool*>& endpoints) {
  const size_t healthy = static_cast<size_t>(
      std::count_if(endpoints.begin(), endpoints.end(), [](const EndpointPool* endpoint) { return endpoint->healthy(); }));
  // Envoy's default overprovisioning_factor, 140 %.
  const bool enough = healthy * 140 >= endpoints.size() * 100;
  const bool panic = !enough && healthy * 100 < endpoints.size() * panic_threshold_;
  candidates_.clear();
  for (EndpointPool* endpoint : endpoints) {
    if (panic || endpoint->healthy()) candidates_.push_back({endpoint});
  }
  weights_differ_ = std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& candidate) {
    return candidate.endpoint->weight() != candidates_[0].endpoint->weight();
  });
  // Workers do not begin with the same one.
  if (!candidates_.empty()) turn_ = Draw();
}

EndpointPool* LoadBalancer::Choose() {
  if (candidates_.empty()) return nullptr;
  if (candidates_.size() == 1) return candidates_[0].endpoint;
  if (policy_ == config::Cluster::LoadBalancing::kRandom) return candidates_[Draw()].endpoint;
  if (weights_differ_) return ChooseByWeight();
  if (policy_ == config::Cluster::LoadBalancing::kRoundRobin) {
    turn_ = (turn_ + 1) % candidates_.size();
    return candidates_[turn_].endpoint;
  }
  EndpointPool* const one = candidates_[Draw()].endpoint;
  EndpointPool* const other = candidates_[Draw()].endpoint;
  return other->active() < one->active() ? other : one;
}

// Each round everybody earns its weight; the richest is chosen and pays what all earned. So the turns of a heavy one are
// spread between those of the light ones.
EndpointPool* LoadBalancer::ChooseByWeight() {
  double earned = 0;
  Candidate* richest = nullptr;
  for (Candidate& candidate : candidates_) {
    double weight = candidate.endpoint->weight();
    if (policy_ == config::Cluster::LoadBalancing::kLeastRequest) {
      weight /= static_cast<double>(candidate.endpoint->active() + 1);
    }
    candidate.credit += weight;
    earned += weight;
    if (richest == nullptr || candidate.credit > richest->credit) richest = &candidate;
  }
  richest->credit -= earned;
  return richest->endpoint;
}

}  // namespace minato::gateway
