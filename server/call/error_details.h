// Details of an error after AIP-193, carried as payloads of the Status; transports send them as
// google.rpc.Status (gRPC: grpc-status-details-bin; JSON: "details").
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

#include "runtime/status.h"

namespace minato {

// Adds `detail`, one per message type: a second of the same type replaces the first.
Status WithDetail(Status status, const google::protobuf::Message& detail);

// google.rpc.ErrorInfo in the domain "minato": `reason` is UPPER_SNAKE_CASE and stays the same for ever.
Status WithReason(Status status, std::string_view reason);

// INVALID_ARGUMENT with google.rpc.BadRequest: "<field>: <description>", `field` a path such as "user.email".
Status BadField(std::string_view field, std::string_view description);

// The serialized google.rpc.Status of `status`; empty when it has no details.
std::string SerializedDetails(const Status& status);

}  // namespace minato
