#include "gateway/filters/grpc_web.h"

#include "gateway/filters/grpc_web_stream.h"
#include "gateway/filters/noted_head.h"

namespace minato::gateway {
namespace {

using Form = GrpcWebStream::Form;

std::optional<Form> FormOf(std::string_view media_type) {
  if (media_type == "application/grpc-web" || media_type == "application/grpc-web+proto") return Form::kBinary;
  if (media_type == "application/grpc-web-text" || media_type == "application/grpc-web-text+proto") return Form::kText;
  return std::nullopt;
}

}  // namespace

Task<void> GrpcWeb::Serve(ClientStream& stream, RouteChoice& route) {
  const auto asked = FormOf(stream.head().Find(http::KnownHeader::kContentType).value_or(""));
  if (!asked.has_value()) co_return co_await next_.Serve(stream, route);
  const Form wanted = FormOf(stream.head().Find(http::KnownHeader::kAccept).value_or("")).value_or(Form::kBinary);
  GrpcWebStream as_grpc(stream, *asked, wanted);
  const NotedHead noted(route.access_log(), as_grpc.head());
  co_await next_.Serve(as_grpc, route);
}

}  // namespace minato::gateway
