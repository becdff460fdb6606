import subprocess
import unittest

from tests import cases
from tests import program

CASES = [
    "empty_unary",
    "large_unary",
    "client_streaming",
    "server_streaming",
    "ping_pong",
    "empty_stream",
    "timeout_on_sleeping_server",
    "cancel_after_begin",
    "cancel_after_first_response",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
]


class InteropTest(unittest.TestCase):
    """gRPC's own client, in Go, against the server on Minato's runtime."""

    @classmethod
    def setUpClass(cls):
        cls.server = program.Program("tests/conformance/interop_server", "--port=0")
        cls.addClassCleanup(cls.server.kill)
        cls.port = cls.server.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1)

    def run_case(self, name):
        client = subprocess.run(
            ["../test_tools/interop_client", "--server_host=127.0.0.1",
             f"--server_port={self.port}", f"--test_case={name}"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=program.PATIENCE_SECONDS)
        self.assertEqual(client.returncode, 0, f"{client.stdout}\nserver:\n{self.server.output}")

    def test_zz_server_ends_cleanly(self):
        self.assertEqual(self.server.stop(), 0, self.server.output)


for case in CASES:
    setattr(InteropTest, f"test_{case}", lambda self, case=case: self.run_case(case))


if __name__ == "__main__":
    cases.main()
