#include "grpc/health/v1/health.minato.h"
#include "server/health/health.h"

namespace minato::health {
namespace {

namespace v1 = grpc::health::v1;
using Serving = HealthBoard::Serving;

v1::HealthCheckResponse Response(Serving serving) {
  v1::HealthCheckResponse response;
  switch (serving) {
    case Serving::kUnknown:
      response.set_status(v1::HealthCheckResponse::SERVICE_UNKNOWN);
      break;
    case Serving::kYes:
      response.set_status(v1::HealthCheckResponse::SERVING);
      break;
    case Serving::kNo:
      response.set_status(v1::HealthCheckResponse::NOT_SERVING);
      break;
  }
  return response;
}

}  // namespace

Task<StatusOr<v1::HealthCheckResponse>> Check(HealthEnv& env, CallContext&,
                                              const v1::HealthCheckRequest& request) {
  const Serving serving = env.board.Find(request.service());
  if (serving == Serving::kUnknown) {
    co_return NotFound("there is no service \"{}\" here", request.service());
  }
  co_return Response(serving);
}

Task<Status> Watch(HealthEnv& env, CallContext& call, const v1::HealthCheckRequest& request,
                   Writer<v1::HealthCheckResponse>& writer) {
  const auto watcher = std::make_shared<HealthBoard::Watcher>(call.home());
  env.board.Watch(watcher);
  Serving told = env.board.Find(request.service());
  CO_TRY(co_await writer.Write(Response(told)));
  for (;;) {
    CO_TRY(co_await watcher->Wait());
    const Serving now = env.board.Find(request.service());
    if (now == told) continue;
    told = now;
    CO_TRY(co_await writer.Write(Response(told)));
  }
}

Task<StatusOr<v1::HealthListResponse>> List(HealthEnv& env, CallContext&,
                                            const v1::HealthListRequest&) {
  v1::HealthListResponse response;
  for (const auto& [service, serving] : env.board.All()) {
    (*response.mutable_statuses())[service] = Response(serving ? Serving::kYes : Serving::kNo);
  }
  co_return response;
}

}  // namespace minato::health
