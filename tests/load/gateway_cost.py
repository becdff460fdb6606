"""What a request costs Minato's gateway, against Envoy 1.40 with one worker and the same YAML.

    bazel run //tests/load:gateway_cost              prints the table
    bazel run //tests/load:gateway_cost -- --record  and adds it to docs/performance.md
    bazel run //tests/load:gateway_cost -- --quick   a first impression: short rounds, few of them

The process under test has one core, the load and the server behind it (gateway_upstream: a completion-queue
server written by hand) have the other. CPU time of the process from /proc over 3 s of load after 1 s of
warm-up; rounds of both rivals in turn, the median of the rounds' ratios. A round counts if, with either rival, one
of the two cores was busy for at least 0.95 of the time; one that does not is measured again, and a row counts if
enough of at most twice as many rounds do. Both figures are printed, gateway / load. With --grpc_gateway that gateway
is built, where Go is present, and has a column.

Needs two cores, and what third_party/setup load installs: wrk, h2load and Envoy.
"""

import argparse
import contextlib
import os
import statistics
import sys

from tests.integration import minatod
from tests.load import gateway_workloads
from tests.load import gateways
from tests.load import grpc_gateway
from tests.load import json_user
from tests.load import measure

# Of Envoy's cost: at most, and what we aim for.
RATIOS = [(1 / 5, 1 / 7), (1 / 7, 1 / 10), (1 / 8, 1 / 12), (1 / 8, 1 / 15), (1 / 3, 1 / 8), (1 / 6, 1 / 8)]
MINATOD_RATIOS = (1 / 8, 1 / 10)
OPEN_LOOP_RATE = 2_000

HEAD = ["| workload | ours, us | rival, us | ratio | at most | aim | cores busy, ours | cores busy, rival | "
        "grpc-gateway, us |",
        "|---|---|---|---|---|---|---|---|---|"]


def in_turn(number, ours, rival):
    """Who comes first changes with the number, since the second finds a warmer machine."""
    if number % 2 == 0:
        first = ours()
        return first, rival()
    first = rival()
    return ours(), first


def in_rounds(rounds, ours, rival):
    """Pairs of costs, until so many rounds count, or twice as many did not help."""
    pairs = []
    while len(counting(pairs)) < rounds and len(pairs) < 2 * rounds:
        pairs.append(in_turn(len(pairs), ours, rival))
    return pairs


def counting(pairs):
    return [pair for pair in pairs if all(cost.counts for cost in pair)]


def row(name, rounds, pairs, at_most, aim, third="-"):
    """The line of the table, and whether the row holds."""
    left_out = len(pairs) - len(counting(pairs))
    counts = len(pairs) - left_out >= rounds
    if counts:
        pairs = counting(pairs)
    ratio = statistics.median(ours.us / rival.us for ours, rival in pairs)

    def median(which, field):
        return statistics.median(getattr(pair[which], field) for pair in pairs)

    busy = [f"{median(which, 'gateway_busy'):.2f} / {median(which, 'load_busy'):.2f}" for which in (0, 1)]
    lowest, highest = (pick(ours.us / rival.us for ours, rival in pairs) for pick in (min, max))
    shown = f"1/{1 / ratio:.1f} (1/{1 / lowest:.1f} to 1/{1 / highest:.1f})"
    if not counts:
        shown += f", does not count: {left_out} rounds of {len(pairs)} left both cores idle"
    elif left_out > 0:
        shown += f", {left_out} more left both cores idle"
    return (f"| {name} | {median(0, 'us'):,.1f} | {median(1, 'us'):,.1f} | {shown} | 1/{1 / at_most:.0f} | "
            f"1/{1 / aim:.0f} | {busy[0]} | {busy[1]} | {third} |", counts and ratio <= at_most)


def gateway_rows(options, ours, rival, third):
    for workload, (at_most, aim) in zip(gateway_workloads.ALL, RATIOS):
        if options.only not in workload.name:
            continue
        answer_bytes = workload.check_equal([ours, rival])

        def measured(gateway, workload=workload):
            return gateway_workloads.cost(workload, gateway.port, [gateway.pid], options.seconds)

        pairs = in_rounds(options.rounds, lambda: measured(ours), lambda: measured(rival))
        third_us = "-"
        if third:
            third_us = f"{statistics.median(measured(third).us for _ in range(options.rounds)):,.1f}"
        yield row(f"{workload.name}: {answer_bytes:,} B", options.rounds, pairs, at_most, aim, third_us)


def minatod_row(options, rival, upstream):
    """The whole way, from JSON to the handler: Envoy's cost is with that of the server behind it."""
    with minatod.Minatod("--workers=1", "--log_level=warning") as server:
        gateways.pin(server.pid, gateways.GATEWAY_CORE)
        path, body = json_user.create(server)
        direct = gateway_workloads.Workload("direct", path)
        proxied = gateway_workloads.ALL[0]
        pairs = in_rounds(
            options.rounds,
            lambda: gateway_workloads.cost(direct, server.http, [server.pid], options.seconds),
            lambda: gateway_workloads.cost(
                proxied, rival.port, [rival.pid, upstream.pid], options.seconds))
        return row(f"W1 through minatod, against Envoy and the server behind it: {len(body)} B",
                   options.rounds, pairs, *MINATOD_RATIOS)


def open_loop_row(options, ours, rival):
    pairs = [in_turn(number,
                     lambda: gateway_workloads.open_loop(ours.port, OPEN_LOOP_RATE, options.seconds),
                     lambda: gateway_workloads.open_loop(rival.port, OPEN_LOOP_RATE, options.seconds))
             for number in range(options.rounds)]

    def median(which, field):
        return statistics.median(pair[which][field] for pair in pairs)

    ratio = statistics.median(a["p50_us"] / b["p50_us"] for a, b in pairs)
    shown = [f"{median(which, 'p50_us'):,.0f} | {median(which, 'p99_us'):,.0f} | "
             f"{median(which, 'late_p50_us'):,.0f} / {median(which, 'late_p99_us'):,.0f}"
             for which in (0, 1)]
    lines = ["| at 2,000 requests/s | p50, us | p99, us | sender late, p50 / p99, us |", "|---|---|---|---|",
             f"| ours | {shown[0]} |", f"| Envoy | {shown[1]} |", "",
             f"Ratio of the p50: {ratio:.2f} (at most 1). Open loop: `tests/load/open_loop.cc` sends W1 when "
             "it is due, answered or not; latencies count from then, and hold the sender's own lateness."]
    return lines, ratio <= 1


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of both rivals")
    parser.add_argument("--seconds", type=int, default=3, help="of load in each round")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 s")
    parser.add_argument("--grpc_gateway", action="store_true", help="a column for it, if there is Go")
    parser.add_argument("--only", default="", help="rows whose name has this in it, and no latencies")
    parser.add_argument("--record", action="store_true", help="add the table to docs/performance.md")
    parser.add_argument("--ours", default="minato", choices=sorted(gateways.COMMANDS),
                        help="envoy: what the table shows when there is no difference")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 2, 1
    if options.only and options.record:
        parser.error("what is recorded is the whole table")
    return options


def main():
    options = parse_options()
    third_program = grpc_gateway.build() if options.grpc_gateway and grpc_gateway.go() else None
    os.sched_setaffinity(0, {gateways.LOAD_CORE})  # inherited by all that is started
    lines, holds = list(HEAD), True
    print(*HEAD, sep="\n", flush=True)
    with contextlib.ExitStack() as running:
        upstream = running.enter_context(gateways.Upstream())
        ours, rival = (running.enter_context(gateways.Gateway(kind, upstream.port))
                       for kind in (options.ours, "envoy"))
        for gateway in (ours, rival):
            gateways.pin(gateway.pid, gateways.GATEWAY_CORE)
        third = None
        if third_program:
            third = running.enter_context(grpc_gateway.GrpcGateway(third_program, upstream.port))
            gateways.pin(third.pid, gateways.GATEWAY_CORE)
        for line, met in gateway_rows(options, ours, rival, third):
            print(line, flush=True)
            lines.append(line)
            holds &= met
        if not options.only:
            line, met = minatod_row(options, rival, upstream)
            print(line, flush=True)
            lines.append(line)
            latency, in_time = open_loop_row(options, ours, rival)
            print("", *latency, sep="\n", flush=True)
            lines += ["", *latency]
            holds &= met and in_time
    if options.record:
        measure.record("The gateway against Envoy 1.40", lines, tools=("clang-19", "h2load"))
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
