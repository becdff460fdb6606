// What ThreadSanitizer leaves alone. Debian's gRPC is not built for it: the sanitizer sees what gRPC copies and
// polls, but not the locks and atomics that order it, and would report each of them.
extern "C" const char* __tsan_default_suppressions() {
  return
      // Calls of memcpy, epoll_wait and the like from inside gRPC and what it calls. One line each: a line may
      // match one library only.
      "called_from_lib:libgrpc++.so.\n"
      "called_from_lib:libgrpc.so.\n"
      "called_from_lib:libgpr.so.\n"
      "called_from_lib:libupb.so.\n"
      "called_from_lib:libz.so.\n"
      "called_from_lib:libprotobuf.so.\n"
      "called_from_lib:libabsl_cord.so.\n"
      "called_from_lib:libabsl_cord_internal.so.\n"
      "called_from_lib:libabsl_graphcycles_internal.so.\n"
      "called_from_lib:libabsl_status.so.\n"
      "called_from_lib:libabsl_strings.so.\n"
      "called_from_lib:libabsl_synchronization.so.\n"
      "called_from_lib:libabsl_time.so.\n"
      // A shared_ptr that gRPC lets go of: the dynamic linker gives it the code for that from here.
      "race:_M_release_last_use_cold\n"
      // What gRPC's own headers, compiled with ours, and the parser of messages read of what gRPC received.
      "race:^grpc::\n"
      // The same where the compiler inlined them: metadata, which gRPC received, as a handler looks at it.
      "race:minato::rpc::ServerCall::FindMetadata\n"
      "race:minato::interop::*EchoMetadata\n"
      // A test's server, made before gRPC's threads call it and gone after: they were ordered inside gRPC.
      "race:minato::gateway::*TestServer::Reactor::OnCancel\n"
      "race:^google::protobuf::internal::MergeFromImpl\n"
      "race:^bool google::protobuf::internal::MergeFromImpl\n";
}
