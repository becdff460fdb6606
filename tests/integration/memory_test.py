import contextlib
import resource
import socket
import unittest

from tests import cases
from tests.integration import minatod

CALLS = 10_000
CALL_BYTES_MAX = 15 * 1024
# Long enough that the last call is in flight before the first one ends.
DELAY_SECONDS = 25
WARM_UP_CALLS = 200


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def start(port, path):
    peer = socket.create_connection(("127.0.0.1", port), timeout=120)
    peer.sendall(f"GET {path} HTTP/1.1\r\nHost: m\r\n\r\n".encode())
    return peer


def finish(peer):
    answer = b""
    while not answer.endswith(b"}"):
        chunk = peer.recv(4096)
        if not chunk:
            raise AssertionError(f"closed after {answer!r}")
        answer += chunk
    return answer


class MemoryTest(unittest.TestCase):
    @cases.needs_ordinary_build
    def test_10000_slow_calls_in_flight_are_small_and_all_answered(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        with minatod.Minatod(f"--data_delay={DELAY_SECONDS}s") as server, \
                contextlib.ExitStack() as peers:
            for _ in range(WARM_UP_CALLS):
                server.request("GET", "/stock/ACME")
            before = resident_bytes(server.pid)
            calls = [peers.enter_context(start(server.http, "/data")) for _ in range(CALLS)]
            minatod.eventually(
                lambda: max(server.in_flight().values(), default=0) >= CALLS, "all in flight")
            each = (resident_bytes(server.pid) - before) / CALLS
            print(f"{CALLS} calls in flight, {each:.0f} bytes each")
            for peer in calls:
                answer = finish(peer)
                self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
            self.assertLess(each, CALL_BYTES_MAX)
            peers.close()
            minatod.eventually(lambda: not server.in_flight(), "gauges back at zero")
            self.assertEqual(server.stop(), 0, server.output)


if __name__ == "__main__":
    cases.main()
