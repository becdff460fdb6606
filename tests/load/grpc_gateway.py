"""grpc-gateway in front of the load service, built where Go is present (tests/load/grpc_gateway)."""

import os
import shutil
import subprocess
import tempfile

from tests import program

GENERATORS = {
    "go": "google.golang.org/protobuf/cmd/protoc-gen-go",
    "go-grpc": "google.golang.org/grpc/cmd/protoc-gen-go-grpc",
    "grpc-gateway": "github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway",
}


def go():
    """The path of Go's command, or None."""
    return shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")


def build():
    """The program; the modules come from Go's proxy, pinned by go.sum."""
    folder = tempfile.mkdtemp()
    workspace = os.environ["BUILD_WORKSPACE_DIRECTORY"]
    for name in ("go.mod", "go.sum", "main.go", "tools.go"):
        shutil.copy(os.path.join(workspace, "tests/load/grpc_gateway", name), folder)

    def run(*command):
        subprocess.run(command, check=True, cwd=folder)

    options = []
    for name, package in GENERATORS.items():
        run(go(), "build", "-o", f"bin/protoc-gen-{name}", package)
        options += [f"--plugin=bin/protoc-gen-{name}", f"--{name}_out=.",
                    f"--{name}_opt=module=minato/load,Mgateway_load.proto=minato/load/pb"]
    run("protoc", f"-I{workspace}/tests/load", f"-I{workspace}/third_party/pinned/googleapis",
        *options, "gateway_load.proto")
    run(go(), "build", "-o", "grpc_gateway", ".")
    return os.path.join(folder, "grpc_gateway")


class GrpcGateway(program.Program):
    """On one thread, as the others have one worker."""

    def __init__(self, path, upstream_port):
        super().__init__(path, f"--upstream=127.0.0.1:{upstream_port}", env={"GOMAXPROCS": "1"})
        self.port = int(self.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
