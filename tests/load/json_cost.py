"""JSON costs less than gRPC: what one JSON GET of about 250 B costs minatod, against one unary call to
the hand-written gRPC server, and against the same route on Quart and hypercorn.

    third_party/setup load && bazel run //tests/load:json_cost
"""

import contextlib
import os
import sys
import tempfile

from tests import program
from tests.integration import minatod
from tests.load import measure

PAIRS = 9
BODY_BYTES = 250
GRPC_CALLS = 60_000
WARM_UP_SECONDS = 1

# What must hold: CPU of minatod's JSON GET over that of the rival.
RATIO_TO_GRPC_MAX = 1.0
RATIO_TO_QUART_MAX = 1 / 15


def create_user(server):
    """A user whose JSON is about BODY_BYTES long; answers its path and the bytes."""
    body = b""
    name = "N"
    for attempt in range(2):
        created = server.request(
            "POST", "/v1/users", {"name": name, "email": f"load{attempt}@example.com"})
        path = f"/v1/users/{created.json['id']}"
        body = server.request("GET", path).bytes
        name += "n" * max(0, BODY_BYTES - len(body))
    return path, body


def quart_packages():
    """What third_party/setup load has unpacked into the work tree."""
    return os.path.join(
        os.environ["BUILD_WORKSPACE_DIRECTORY"], "third_party/pinned/python_load")


def start_quart(user):
    rival = program.Program(
        sys.executable, "-m", "hypercorn", "tests.load.quart_app:app", "--bind=127.0.0.1:0",
        "--worker-class=uvloop", "--workers=0",
        env={"QUART_APP_USER": user.decode(), "PYTHONPATH": f"{os.getcwd()}:{quart_packages()}"})
    return rival, int(rival.wait_for(r"http://127\.0\.0\.1:(\d+)").group(1))


def start_hand_written():
    rival = program.Program("tests/load/queue_server", "--port=0")
    return rival, int(rival.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))


def cost_of_get(pid, url):
    measure.wrk(url, seconds=WARM_UP_SECONDS)
    return lambda: measure.us_per_call(pid, lambda: measure.wrk(url))


def main():
    with contextlib.ExitStack() as running:
        server = running.enter_context(minatod.Minatod())
        path, body = create_user(server)
        print(f"GET {path}: {len(body)} bytes", flush=True)
        json_get = cost_of_get(server.pid, f"http://127.0.0.1:{server.http}{path}")

        quart, quart_port = start_quart(body)
        running.enter_context(quart)
        quart_url = f"http://127.0.0.1:{quart_port}{path}"
        against_quart = measure.in_pairs(PAIRS, json_get, cost_of_get(quart.pid, quart_url))
        measure.report(("minatod, JSON", "Quart"), against_quart)
        quart.kill()

        hand_written, grpc_port = start_hand_written()
        running.enter_context(hand_written)
        request = running.enter_context(tempfile.NamedTemporaryFile())
        request.write(b"\0\0\0\0\2\x08\x07")  # not compressed, 2 bytes: id 7
        request.flush()

        def unary_call():
            return measure.us_per_call(hand_written.pid, lambda: measure.h2load_grpc(
                grpc_port, "/minato.load.v1.LoadService/GetUser", request.name, GRPC_CALLS))
        unary_call()
        against_grpc = measure.in_pairs(PAIRS, json_get, unary_call)
        measure.report(("minatod, JSON", "hand-written gRPC"), against_grpc)

    held = (measure.median_ratio(against_grpc) <= RATIO_TO_GRPC_MAX and
            measure.median_ratio(against_quart) <= RATIO_TO_QUART_MAX)
    print("held" if held else
          f"NOT HELD: at most {RATIO_TO_GRPC_MAX} of gRPC and {RATIO_TO_QUART_MAX:.3f} of Quart")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
