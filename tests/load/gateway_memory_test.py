import unittest

from tests import cases
from tests.load import gateway_growth


class GatewayMemoryTest(unittest.TestCase):
    """10,000 connections, as many calls in flight, and 1 GiB through a gateway whose client pauses."""


def check(test, growth):
    size = growth.of("minato")
    print(f"{growth.what}: {growth.show(size)}", flush=True)
    test.assertLessEqual(size, growth.at_most)


for name, growth in zip(("idle_connection", "call_in_flight", "long_stream"), gateway_growth.ALL):
    setattr(GatewayMemoryTest, f"test_{name}_is_small",
            cases.needs_ordinary_build(lambda self, growth=growth: check(self, growth)))


if __name__ == "__main__":
    cases.main()
