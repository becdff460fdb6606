"""Descriptor sets of protos that a test has as text."""

import os

import grpc_tools
from grpc_tools import protoc


def write(folder, name, proto):
    """Compiles the text, which may import google.api; the path of the set, with all that is imported."""
    with open(os.path.join(folder, name + ".proto"), "w", encoding="utf-8") as file:
        file.write(proto)
    path = os.path.join(folder, name + ".binpb")
    bundled = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")
    arguments = ["protoc", f"-I{folder}", "-I../googleapis", f"-I{bundled}", "--include_imports",
                 f"--descriptor_set_out={path}", name + ".proto"]
    if protoc.main(arguments) != 0:
        raise AssertionError("protoc failed: " + " ".join(arguments))
    return path
