"""What a program's work costs: the CPU time it takes under a load, and rivals measured in turn."""

import os
import re
import statistics
import subprocess

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_us(pid):
    """CPU time, user and system, that a process and its children have taken so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) * 1_000_000 / TICKS_PER_SECOND
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
            own += sum(cpu_us(child) for child in children.read().split())
    return own


def us_per_call(pid, load):
    """CPU us of the process for each of the calls that `load()` makes and counts."""
    before = cpu_us(pid)
    calls = load()
    return (cpu_us(pid) - before) / calls


def wrk(url, connections=32, seconds=3):
    """HTTP/1.1 GETs over kept-alive connections; how many were answered. All must be answered well."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url],
        text=True, stdout=subprocess.PIPE, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise AssertionError(f"not every request of wrk was answered well:\n{out}")
    return int(re.search(r"(\d+) requests in", out).group(1))


def h2load_grpc(port, method, request_file, calls, connections=8, streams=16):
    """Unary gRPC calls with the length-prefixed message in `request_file`; how many were answered."""
    out = subprocess.run(
        ["h2load", f"-n{calls}", f"-c{connections}", f"-m{streams}", f"-d{request_file}",
         "-Hte: trailers", "-Hcontent-type: application/grpc", f"http://127.0.0.1:{port}{method}"],
        text=True, stdout=subprocess.PIPE, check=True).stdout
    succeeded = int(re.search(r"(\d+) succeeded", out).group(1))
    if succeeded != calls:
        raise AssertionError(f"not every call of h2load succeeded:\n{out}")
    return succeeded


def in_pairs(pairs, first, second):
    """Measures two rivals in turn, so that both see the same machine; answers (first, second) pairs."""
    return [(first(), second()) for _ in range(pairs)]


def median_ratio(pairs):
    return statistics.median(first / second for first, second in pairs)


def report(names, pairs, unit="us of CPU per call"):
    """One line: the median of each rival, and the median of the ratios with the range of them."""
    ratios = sorted(first / second for first, second in pairs)
    medians = [statistics.median(pair[i] for pair in pairs) for i in (0, 1)]
    print(f"{names[0]} {medians[0]:.1f}, {names[1]} {medians[1]:.1f} {unit}; ratio "
          f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}), "
          f"{len(pairs)} pairs", flush=True)
