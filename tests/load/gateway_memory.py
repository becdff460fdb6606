"""What connections, calls in flight and long streams cost Minato's gateway in memory, beside Envoy 1.40.

    bazel run //tests/load:gateway_memory              prints the table
    bazel run //tests/load:gateway_memory -- --record  and adds it to docs/performance.md

Growth of the resident set of the gateway's process; client and upstream are processes of their own.
"""

import argparse
import sys

from tests.load import gateway_growth
from tests.load import gateways
from tests.load import measure

HEAD = ["| what | ours | Envoy | at most |", "|---|---|---|---|"]


def of_envoy(growth):
    """Envoy cuts off a stream that its client reads too slowly: then that is what the table says."""
    try:
        return growth.show(growth.of("envoy"))
    except AssertionError as failure:
        return str(failure)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="add the table to docs/performance.md")
    parser.add_argument("--ours", default="minato", choices=sorted(gateways.COMMANDS))
    options = parser.parse_args()

    lines, holds = list(HEAD), True
    print(*HEAD, sep="\n", flush=True)
    for growth in gateway_growth.ALL:
        ours = growth.of(options.ours)
        holds &= ours <= growth.at_most
        lines.append(f"| {growth.what} | {growth.show(ours)} | {of_envoy(growth)} | "
                     f"{growth.show(growth.at_most)} |")
        print(lines[-1], flush=True)
    if options.record:
        measure.record("The gateway's memory beside Envoy 1.40", lines, tools=("clang-19",))
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
