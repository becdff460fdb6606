"""The cost of elegance: Minato's engine against a completion-queue server written by hand.

    bazel run //tests/load:elegance              prints the table
    bazel run //tests/load:elegance -- --record  and adds it to docs/performance.md

Needs what third_party/setup load installs: h2load and valgrind.
"""

import os
import re
import subprocess
import tempfile

from tests.load import measure


def path_of(program):
    return os.path.join("tests/load", program)


def instructions(program, workload, calls):
    """User instructions of a whole run with so many calls."""
    with tempfile.TemporaryDirectory() as folder:
        # Debian's valgrind cannot read the debug information that clang 19 writes.
        stripped = os.path.join(folder, program)
        subprocess.run(["strip", "--strip-debug", "-o", stripped, path_of(program)], check=True)
        server = measure.Server(stripped, "valgrind", "--tool=callgrind",
                                f"--callgrind-out-file={folder}/out", workers=1)
        server.load(workload, calls)
        return int(re.search(r"Collected : (\d+)", server.stop()).group(1))


def instructions_per_call(program, workload, calls):
    # Start, warm-up and end are in both runs, and cancel out.
    few, many = calls
    return (instructions(program, workload, many)
            - instructions(program, workload, few)) / (many - few)


def cpu_per_message(workload, calls, pairs):
    servers = [measure.Server(path_of(program)) for program in ("minato_server", "queue_server")]
    for server in servers:
        server.load(workload, calls // 4)
    minato, queue = servers
    measured = measure.in_pairs(pairs, lambda: minato.cpu_us_per_message(workload, calls),
                                lambda: queue.cpu_us_per_message(workload, calls))
    for server in servers:
        server.stop()
    return measured


def rows(pairs):
    minato = instructions_per_call("minato_server", measure.UNARY, (2_000, 6_000))
    queue = instructions_per_call("queue_server", measure.UNARY, (2_000, 6_000))
    yield "user instructions per unary call", minato, queue, minato / queue, 1.05
    yield "CPU us per unary call", *cpu_per_message(measure.UNARY, 60_000, pairs), 1.15
    yield ("CPU us per message of a stream of 1,000",
           *cpu_per_message(measure.STREAM, 300, pairs), 0.4)


if __name__ == "__main__":
    measure.print_table("Cost of elegance", __doc__, rows)
