"""JSON costs less than gRPC: what one JSON GET of about 250 B costs minatod, against one unary call
to the completion-queue server written by hand, and against the same route on Quart and hypercorn.

    bazel run //tests/load:json_cost              prints the table
    bazel run //tests/load:json_cost -- --record  and adds it to docs/performance.md

Needs what third_party/setup load installs: h2load, wrk, valgrind and Quart.
"""

import contextlib
import os
import sys

from tests import program
from tests.integration import minatod
from tests.load import json_user
from tests.load import measure

UNARY_CALLS = 60_000


def quart_packages():
    return os.path.join(
        os.environ["BUILD_WORKSPACE_DIRECTORY"], "third_party/pinned/python_load")


def start_quart(user):
    rival = program.Program(
        sys.executable, "-m", "hypercorn", "tests.load.quart_app:app", "--bind=127.0.0.1:0",
        "--worker-class=uvloop", "--workers=0",
        env={"QUART_APP_USER": user.decode(), "PYTHONPATH": f"{os.getcwd()}:{quart_packages()}"})
    return rival, int(rival.wait_for(r"http://127\.0\.0\.1:(\d+)").group(1))


def warm_cost_of_get(pid, port, path):
    url = f"http://127.0.0.1:{port}{path}"
    measure.cpu_us_per_get(pid, url, seconds=1)
    return lambda: measure.cpu_us_per_get(pid, url)


def rows(pairs):
    with contextlib.ExitStack() as running:
        server = running.enter_context(minatod.Minatod())
        path, body = json_user.create(server)
        json_get = warm_cost_of_get(server.pid, server.http, path)

        by_hand = measure.Server("tests/load/queue_server")
        by_hand.load(measure.UNARY, UNARY_CALLS // 4)
        yield ("CPU us per JSON GET, and per unary gRPC call to the server written by hand",
               *measure.in_pairs(pairs, json_get,
                                 lambda: by_hand.cpu_us_per_message(measure.UNARY, UNARY_CALLS)), 1)
        by_hand.stop()

        quart, quart_port = start_quart(body)
        running.enter_context(quart)
        yield ("CPU us per JSON GET, and per GET of Quart on hypercorn",
               *measure.in_pairs(pairs, json_get,
                                 warm_cost_of_get(quart.pid, quart_port, path)), 1 / 15)


if __name__ == "__main__":
    measure.print_table("JSON costs less than gRPC", __doc__, rows)
