"""grpc_stubs: gRPC's own generated client and server classes, for tests and yardsticks."""

def grpc_stubs(name, src, cc_proto, testonly = True, **kwargs):
    """A cc_library with <src>.grpc.pb.h.

    Args:
      name: of the library.
      src: one proto file of this package, which imports none.
      cc_proto: the cc_proto_library of it.
      testonly: as everywhere.
      **kwargs: visibility and the like.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_code",
        testonly = testonly,
        srcs = [
            src,
            "@com_google_protobuf//:protoc",
        ],
        outs = [
            stem + ".grpc.pb.h",
            stem + ".grpc.pb.cc",
        ],
        cmd = "$(location @com_google_protobuf//:protoc) -I. " +
              "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin " +
              "--grpc_out=$(BINDIR) $(location %s)" % src,
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        testonly = testonly,
        srcs = [stem + ".grpc.pb.cc"],
        hdrs = [stem + ".grpc.pb.h"],
        deps = [
            cc_proto,
            "//third_party:grpc",
        ],
        **kwargs
    )
