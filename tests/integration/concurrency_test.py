import asyncio
import time
import unittest

from tests import cases
from tests.integration import minatod

CALLS = 500
DELAY_SECONDS = 2
LIMIT_SECONDS = 3


async def get(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def get_at_once(port, path, calls):
    return await asyncio.gather(*(get(port, path) for _ in range(calls)))


class ConcurrencyTest(unittest.TestCase):
    @cases.needs_ordinary_build
    def test_500_slow_calls_take_two_threads_about_as_long_as_one_call(self):
        with minatod.Minatod(f"--data_delay={DELAY_SECONDS}s") as server:
            started = time.monotonic()
            answers = asyncio.run(get_at_once(server.http, "/data", CALLS))
            took = time.monotonic() - started
            for answer in answers:
                self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
                self.assertTrue(answer.endswith(b'{"data":"Data fetched!"}'), answer)
            self.assertGreaterEqual(took, DELAY_SECONDS)
            self.assertLess(took, LIMIT_SECONDS)
            print(f"{CALLS} calls took {took:.2f} s")
            self.assertEqual(server.stop(), 0, server.output)


if __name__ == "__main__":
    cases.main()
