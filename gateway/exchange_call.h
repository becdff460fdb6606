// What the parts of exchange.cc share about one request.
#pragma once

#include "gateway/exchange.h"
#include "gateway/transcode/binding.h"
#include "gateway/transcode/json_to_wire.h"

namespace minato::gateway {

struct Exchange::Call {
  ClientStream& stream;
  const Route& route;
  CallStart start;
  JsonRequest request;        // how the body and the bindings become a message

  bool client_streams() const;
  bool server_streams() const;
};

// RESOURCE_EXHAUSTED (413) for a message beyond ExchangeOptions::body_bytes_max. JSON may be shorter than what it says
// in protobuf's form: a number in a google.protobuf.Value takes two bytes in the one and 13 in the other.
Status CheckMessageSize(size_t bytes, size_t bytes_max);

// The headers of an answer from the call's metadata: without what belongs to gRPC or to the connection.
void AddMetadata(const Fields& metadata, http::Headers& headers);

// A serialized google.rpc.Status with a google.rpc.BadRequest that names the field with which an INVALID_ARGUMENT of
// ours begins ("note.tags[2]: …" or `… parameter "x": …`); empty for other errors.
std::string BadRequestDetails(const Status& status);

// What the handler asked for by SetHttpStatus, else 200.
int SuccessStatus(const Fields& initial_metadata);

}  // namespace minato::gateway
