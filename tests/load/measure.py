"""What a program's work costs, measured beside a rival's and printed as a table."""

import argparse
import datetime
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
MICROSECONDS = 1_000_000
GRPC_HEADERS = ["-H", "te: trailers", "-H", "content-type: application/grpc"]


def cpu_us(pid):
    """CPU time, user and system, that a process has taken so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * MICROSECONDS / TICKS_PER_SECOND


class Workload:
    """Calls of the load service; each of the streams of each client makes one after the other."""

    def __init__(self, method, message, messages_per_call, clients, streams):
        self.path = "/minato.load.v1.LoadService/" + method
        # One gRPC message, uncompressed.
        self.body = b"\0" + len(message).to_bytes(4, "big") + message
        self.messages_per_call = messages_per_call
        self.clients = clients
        self.streams = streams


UNARY = Workload("GetUser", b"\x08\x07", 1, clients=8, streams=16)
STREAM = Workload("StreamUsers", b"\x08\x07\x10\xe8\x07", 1000, clients=8, streams=4)


class Server:
    """A running server of the load service."""

    def __init__(self, path, *wrapper, workers=0):
        self.process = subprocess.Popen(
            [*wrapper, path, "--port=0", f"--workers={workers}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", line).group(1))

    def load(self, workload, calls):
        with tempfile.NamedTemporaryFile() as body:
            body.write(workload.body)
            body.flush()
            result = subprocess.run(
                ["h2load", "-n", str(calls), "-c", str(workload.clients),
                 "-m", str(workload.streams), "-t", "1", "-d", body.name, *GRPC_HEADERS,
                 f"http://127.0.0.1:{self.port}{workload.path}"],
                check=True, text=True, stdout=subprocess.PIPE)
        succeeded = int(re.search(r"(\d+) succeeded", result.stdout).group(1))
        if succeeded != calls:
            sys.exit(f"{calls - succeeded} of {calls} calls failed:\n{result.stdout}")

    def cpu_us_per_message(self, workload, calls):
        before = cpu_us(self.process.pid)
        self.load(workload, calls)
        used = cpu_us(self.process.pid) - before
        return used / (calls * workload.messages_per_call)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate()[1]
        if self.process.returncode != 0:
            sys.exit(f"{self.process.args} ended with {self.process.returncode}:\n{errors}")
        return errors


def cpu_us_per_get(pid, url, connections=32, seconds=3):
    """CPU time of the process for one GET, when wrk keeps so many HTTP/1.1 connections busy."""
    before = cpu_us(pid)
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url],
                         check=True, text=True, stdout=subprocess.PIPE).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"not every request was answered well:\n{out}")
    return (cpu_us(pid) - before) / int(re.search(r"(\d+) requests in", out).group(1))


def in_pairs(pairs, first, second):
    """Measures two rivals in turn, so that both see the same machine: the median of each, and the
    median of the pairs' ratios."""
    samples = [(first(), second()) for _ in range(pairs)]
    return (statistics.median(a for a, _ in samples), statistics.median(b for _, b in samples),
            statistics.median(a / b for a, b in samples))


def print_table(title, description, rows):
    """A measuring program's main. `rows(pairs)` yields what, ours, rival's, ratio, ratio_max."""
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9, help="interleaved runs of both servers")
    parser.add_argument("--record", action="store_true",
                        help="add the table to docs/performance.md")
    options = parser.parse_args()

    lines = ["| what | Minato | rival | ratio | at most |", "|---|---|---|---|---|"]
    print(*lines, sep="\n", flush=True)
    missed = False
    for name, ours, rival, ratio, ratio_max in rows(options.pairs):
        missed |= ratio > ratio_max
        lines.append(f"| {name} | {ours:,.1f} | {rival:,.1f} | {ratio:.3f} | {ratio_max:.3f} |")
        print(lines[-1], flush=True)
    if options.record:
        record(title, lines, tools=("clang-19", "h2load", "valgrind"))
    sys.exit(1 if missed else 0)


def record(title, lines, tools):
    """Adds a section to docs/performance.md, with the versions of what it was measured with."""
    versions = [subprocess.run([tool, "--version"], check=True, text=True, stdout=subprocess.PIPE)
                .stdout.splitlines()[0] for tool in tools]
    program = os.path.splitext(os.path.basename(sys.argv[0]))[0]
    path = os.path.join(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "docs/performance.md")
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"\n### {title}, {datetime.date.today()}\n\n"
                   f"`bazel run //tests/load:{program} -- --record`; {os.cpu_count()} cores, "
                   f"{', '.join(versions)}, gRPC 1.51.1.\n\n" + "\n".join(lines) + "\n")
