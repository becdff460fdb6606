"""The cost of elegance: Minato's engine against a completion-queue server written by hand.

    bazel run //tests/load:elegance              prints the table
    bazel run //tests/load:elegance -- --record  and adds it to docs/performance.md

Needs h2load and valgrind (third_party/pins/debian-load.txt).
"""

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
HEADERS = ["-H", "te: trailers", "-H", "content-type: application/grpc"]


def frame(message):
    """One gRPC message, uncompressed."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def path_of(program):
    return os.path.join("tests/load", program)


class Workload:
    def __init__(self, path, message, messages_per_call, clients, streams):
        self.path = "/minato.load.v1.LoadService/" + path
        self.body = frame(message)
        self.messages_per_call = messages_per_call
        self.clients = clients
        self.streams = streams


UNARY = Workload("GetUser", b"\x08\x07", 1, clients=8, streams=16)
STREAM = Workload("StreamUsers", b"\x08\x07\x10\xe8\x07", 1000, clients=8, streams=4)


class Server:
    def __init__(self, path, *wrapper, workers=0):
        self.process = subprocess.Popen(
            [*wrapper, path, "--port=0", f"--workers={workers}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", line).group(1))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def load(self, workload, calls):
        with tempfile.NamedTemporaryFile() as body:
            body.write(workload.body)
            body.flush()
            result = subprocess.run(
                ["h2load", "-n", str(calls), "-c", str(workload.clients), "-m", str(workload.streams),
                 "-t", "1", "-d", body.name, *HEADERS, f"http://127.0.0.1:{self.port}{workload.path}"],
                check=True, text=True, stdout=subprocess.PIPE)
        succeeded = int(re.search(r"(\d+) succeeded", result.stdout).group(1))
        if succeeded != calls:
            sys.exit(f"{calls - succeeded} of {calls} calls failed:\n{result.stdout}")

    def cpu_microseconds_per_message(self, workload, calls):
        before = self.cpu_seconds()
        self.load(workload, calls)
        used = self.cpu_seconds() - before
        return used * MICROSECONDS / (calls * workload.messages_per_call)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate()[1]
        if self.process.returncode != 0:
            sys.exit(f"{self.process.args} ended with {self.process.returncode}:\n{errors}")
        return errors


def instructions(program, workload, calls):
    """User instructions of a whole run with so many calls."""
    with tempfile.TemporaryDirectory() as folder:
        # Debian's valgrind cannot read the debug information that clang 19 writes.
        stripped = os.path.join(folder, program)
        subprocess.run(["strip", "--strip-debug", "-o", stripped, path_of(program)], check=True)
        server = Server(stripped, "valgrind", "--tool=callgrind",
                        f"--callgrind-out-file={folder}/out", workers=1)
        server.load(workload, calls)
        return int(re.search(r"Collected : (\d+)", server.stop()).group(1))


def instructions_per_call(program, workload, calls):
    # Start, warm-up and end are in both runs, and cancel out.
    few, many = calls
    return (instructions(program, workload, many) - instructions(program, workload, few)) / (many - few)


def cpu_per_message(workload, calls, pairs):
    """Microseconds of each server, median of interleaved runs, and the median of the pairs' ratios."""
    servers = {program: Server(path_of(program)) for program in ("minato_server", "queue_server")}
    for server in servers.values():
        server.load(workload, calls // 4)
    samples = [{program: server.cpu_microseconds_per_message(workload, calls)
                for program, server in servers.items()} for _ in range(pairs)]
    for server in servers.values():
        server.stop()
    minato = statistics.median(sample["minato_server"] for sample in samples)
    queue = statistics.median(sample["queue_server"] for sample in samples)
    ratio = statistics.median(sample["minato_server"] / sample["queue_server"] for sample in samples)
    return minato, queue, ratio


def rows(pairs):
    minato = instructions_per_call("minato_server", UNARY, (2_000, 6_000))
    queue = instructions_per_call("queue_server", UNARY, (2_000, 6_000))
    yield "user instructions per unary call", minato, queue, minato / queue, 1.05
    yield "CPU us per unary call", *cpu_per_message(UNARY, 60_000, pairs), 1.15
    yield "CPU us per message of a stream of 1,000", *cpu_per_message(STREAM, 300, pairs), 0.4


def record(lines):
    versions = [subprocess.run([tool, "--version"], check=True, text=True, stdout=subprocess.PIPE)
                .stdout.splitlines()[0] for tool in ("clang-19", "h2load", "valgrind")]
    path = os.path.join(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "docs/performance.md")
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"\n### Cost of elegance, {datetime.date.today()}\n\n"
                   f"`bazel run //tests/load:elegance -- --record`; {os.cpu_count()} cores, "
                   f"{', '.join(versions)}, gRPC 1.51.1.\n\n" + "\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9, help="interleaved runs of both servers")
    parser.add_argument("--record", action="store_true", help="add the table to docs/performance.md")
    options = parser.parse_args()

    lines = ["| what | Minato | by hand | ratio | at most |", "|---|---|---|---|---|"]
    print(*lines, sep="\n", flush=True)
    missed = False
    for name, minato, queue, ratio, bound in rows(options.pairs):
        missed |= ratio > bound
        lines.append(f"| {name} | {minato:,.1f} | {queue:,.1f} | {ratio:.2f} | {bound} |")
        print(lines[-1], flush=True)
    if options.record:
        record(lines)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
