"""minato-gateway in front of a gRPC server, by flags: the JSON of minatod, one hop further."""

import contextlib
import http.client
import json
import os
import tempfile
import time
import unittest

from tests.integration import stubs
from tests.integration.minatod import Answer, Minatod
from tests.program import Program

GATEWAY = "gateway/minato-gateway"


class GatewayUpstreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.descriptors = os.path.join(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")), "minato.binpb")
        stubs.write_descriptor_set(cls.descriptors)

    def setUp(self):
        self.server = Minatod("--data_delay=100ms")
        self.addCleanup(self.server.kill)
        self.gateway = self.start(f"--upstream=127.0.0.1:{self.server.grpc}")
        self.port = int(self.gateway.wait_for(r"^http  127\.0\.0\.1:(\d+)$").group(1))

    def start(self, *flags):
        gateway = Program(GATEWAY, f"--descriptor_set={self.descriptors}", "--listen=127.0.0.1:0", "--workers=1", *flags)
        self.addCleanup(gateway.kill)
        return gateway

    def request(self, method, path, body=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body))
            return Answer(connection.getresponse())

    def both(self, method, path, body=None):
        """What the gateway answers, which must be what minatod answers itself."""
        answers = [self.request(method, path, body, port) for port in (self.server.http, self.port)]
        self.assertEqual([(answer.status, answer.text) for answer in answers[:1]],
                         [(answer.status, answer.text) for answer in answers[1:]])
        return answers[1]

    def test_answers_as_the_server_would_by_itself(self):
        created = self.request("POST", "/v1/users", {"name": "Ada", "email": "ada@example.com"})
        self.assertEqual(created.status, 201, created.text)
        self.assertEqual(self.both("GET", f"/v1/users/{created.json['id']}").json["name"], "Ada")
        self.assertEqual(self.both("GET", "/user/999").json["details"][0]["reason"], "USER_NOT_FOUND")
        self.assertEqual(self.both("GET", "/data").json, {"data": "Data fetched!"})
        self.assertEqual(self.both("POST", "/process-data", {"items": [1, {"a": None}]}).status, 202)

    def test_refuses_as_the_server_would(self):
        self.assertEqual(self.both("GET", "/nowhere").status, 404)
        self.assertEqual(self.both("DELETE", "/v1/users").headers["allow"], "GET, HEAD, POST")
        wrong = self.both("POST", "/v1/users", {"nam": "Ada"})
        self.assertEqual(wrong.status, 400)
        self.assertEqual(wrong.json["details"][0]["fieldViolations"][0]["field"], "user.nam")

    def test_says_which_upstream_is_gone_and_comes_back_with_it(self):
        self.assertEqual(self.request("GET", "/user/999").status, 404)
        self.server.kill()
        gone = self.request("GET", "/user/999")
        self.assertEqual(gone.status, 503)
        self.assertIn(f"127.0.0.1:{self.server.grpc}", gone.json["error"])
        again = Minatod(f"--grpc_address=127.0.0.1:{self.server.grpc}")
        self.addCleanup(again.kill)
        ends = time.monotonic() + 30
        while self.request("GET", "/user/999").status != 404 and time.monotonic() < ends:
            time.sleep(0.05)
        self.assertEqual(self.request("GET", "/user/999").status, 404)

    def test_ends_with_0_on_sigterm(self):
        self.assertEqual(self.gateway.stop(), 0)

    def test_says_what_is_wrong_with_its_flags(self):
        for flags, text in [
                (["--upstream=nowhere"], 'minato-gateway: --upstream: "nowhere" is no HOST:PORT'),
                (["--descriptor_set=/nonexistent"], "--descriptor_set: Unable to read proto descriptor file /nonexistent"),
                ([f"--descriptor_set={__file__}"], "--descriptor_set: Unable to parse proto descriptor"),
                (["--listen=0.0.0.0:0"], "--listen=0.0.0.0:0: other machines reach this address"),
                ([f"--listen=127.0.0.1:{self.port}"], "is in use"),
                (["--check"], "--check: needs --config"),
        ]:
            gateway = self.start(*flags)
            self.assertEqual(gateway.wait(), 1, flags)
            self.assertIn(text, gateway.output)
            self.assertEqual(len(gateway.output.splitlines()), 1, gateway.output)


if __name__ == "__main__":
    unittest.main()
