"""Requests by the million while clients, wires and the upstream fail: one answer each, and nothing leaks.

    bazel run //tests/fault:faults                        1,000,000 requests
    bazel run //tests/fault:faults -- --requests=20000 --seed=7
"""

import argparse
import secrets

from tests.fault import storm
from tests.load import gateways


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--fault_every_reads", type=int, default=200, help="on the wire to the upstream")
    parser.add_argument("--gateway", default="minato", choices=sorted(gateways.COMMANDS))
    options = parser.parse_args()
    storm.run(options.gateway, options.requests, options.seed, options.fault_every_reads)


if __name__ == "__main__":
    main()
