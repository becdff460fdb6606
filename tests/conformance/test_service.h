// What the handlers of grpc.testing.TestService may touch: nothing.
#pragma once

namespace minato::interop {

struct TestServiceEnv {};

}  // namespace minato::interop
