"""Makes the profile by which clang optimizes our programs: what they do under the load of gateway_cost and elegance.

    bazel run --config=instrument //tests/load:profile

It replaces third_party/toolchain/minato.profdata, so that the next build compiles everything again. Worth it when the
table of gateway_cost has become worse, or much has been rewritten: functions that have changed since are compiled as if
there were no profile. docs/decisions/0019-profile.md says more.

Needs what third_party/setup test and load install: llvm-profdata, wrk and h2load.
"""

import glob
import os
import subprocess
import tempfile

from tests.integration import minatod
from tests.load import gateway_workloads
from tests.load import gateways
from tests.load import json_user
from tests.load import measure

PROFILE = "third_party/toolchain/minato.profdata"
SECONDS = 4  # of each workload


def load_gateway():
    with gateways.Upstream() as upstream, gateways.Gateway("minato", upstream.port) as gateway:
        for workload in gateway_workloads.ALL:
            print(f"gateway: {workload.name}", flush=True)
            workload.run(gateway.port, SECONDS)
        ended_well(gateway.stop())


def load_minatod():
    with minatod.Minatod("--log_level=warning") as server:
        path, _ = json_user.create(server)
        for http2 in (False, True):
            print(f"minatod: {path}, HTTP/{2 if http2 else 1}", flush=True)
            gateway_workloads.Workload("direct", path, http2=http2).run(server.http, SECONDS)
        ended_well(server.stop())


def load_server():
    server = measure.Server("tests/load/minato_server")
    for workload, calls in ((measure.UNARY, 60_000), (measure.STREAM, 300)):
        print(f"server: {workload.path}", flush=True)
        server.load(workload, calls)
    server.stop()


def ended_well(exit_code):
    if exit_code != 0:
        raise SystemExit(f"a program ended with {exit_code} and has written no profile")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLVM_PROFILE_FILE"] = os.path.join(folder, "%p.profraw")
        for load in (load_gateway, load_minatod, load_server):
            load()
        raw = glob.glob(os.path.join(folder, "*.profraw"))
        if not raw:
            raise SystemExit("no profile was written: run this with --config=instrument")
        merged = os.path.join(os.environ["BUILD_WORKSPACE_DIRECTORY"], PROFILE)
        # Sparse: without the functions that never ran.
        subprocess.run(["llvm-profdata-19", "merge", "--sparse", "-o", merged, *raw], check=True)
    print(f"{PROFILE}: {os.path.getsize(merged):,} bytes")


if __name__ == "__main__":
    main()
