"""gRPC's own generated client and server classes, and descriptor sets, for tests and yardsticks."""

# Where google.api.http rules are read from, and what they import.
_GOOGLE_PROTOS = ["@googleapis//:protos"]
_GOOGLE_PATHS = "-Iexternal/googleapis -I/usr/include"

def descriptor_set(name, src, **kwargs):
    """<name>: the descriptor set of one proto file of this package, with all that it imports from google/."""
    native.genrule(
        name = name + "_set",
        srcs = [src],
        outs = [name],
        tools = ["@com_google_protobuf//:protoc"] + _GOOGLE_PROTOS,
        cmd = "$(location @com_google_protobuf//:protoc) -I. %s --include_imports " % _GOOGLE_PATHS +
              "--descriptor_set_out=$@ $(location %s)" % src,
        **kwargs
    )

def grpc_stubs(name, src, cc_proto, testonly = True, **kwargs):
    """A cc_library with <src>.grpc.pb.h.

    Args:
      name: of the library.
      src: one proto file of this package, which imports none but google's.
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
        ] + _GOOGLE_PROTOS,
        outs = [
            stem + ".grpc.pb.h",
            stem + ".grpc.pb.cc",
        ],
        cmd = "$(location @com_google_protobuf//:protoc) -I. %s " % _GOOGLE_PATHS +
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
