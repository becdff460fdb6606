import contextlib
import json
import socket
import struct
import unittest

import websockets.exceptions
import websockets.sync.client

from tests import cases
from tests import program
from tests.integration import minatod


class BadInputTest(unittest.TestCase):
    """What is wrong is answered clearly; the server stays up and nothing stays in flight."""

    @classmethod
    def setUpClass(cls):
        cls.server = minatod.Minatod()
        cls.addClassCleanup(cls.server.kill)

    def tearDown(self):
        if not self._testMethodName.startswith("test_zz"):
            self.assertEqual(self.server.request("GET", "/").text, "Hello, world!")

    def socket(self):
        return contextlib.closing(
            socket.create_connection(("127.0.0.1", self.server.http), timeout=30))

    def raw(self, request):
        """All that the server says to these bytes, until it closes; the sender half-closes."""
        with self.socket() as peer:
            try:
                peer.sendall(request)
                peer.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # It may answer and close before all has been sent.
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while chunk := peer.recv(65536):
                    answer += chunk
            return answer

    def raw_status(self, request):
        answer = self.raw(request)
        self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer[:200])
        return int(answer.split()[1])

    def assert_error(self, answer, http_status, name):
        self.assertEqual(answer.status, http_status, answer.bytes)
        error = answer.json
        self.assertEqual(error["status"], name)
        self.assertTrue(error["error"])
        return error["error"]

    def post(self, path, body, **headers):
        return self.server.request("POST", path, body, headers)

    def test_malformed_json(self):
        for body in (b"{", b"{]", b'{"items": [1,]}', b'{"items": [1]} x', b"nonsense",
                     b'{"items": "\\ud800"}', b"[" * 100000):
            with self.subTest(body[:20]):
                self.assert_error(self.post("/process-data", body), 400, "INVALID_ARGUMENT")

    def test_malformed_json_is_placed_by_its_column(self):
        said = self.assert_error(
            self.post("/v1/users", b'{"name": "Ann",, }'), 400, "INVALID_ARGUMENT")
        self.assertRegex(said, r"\d+")

    def test_wrong_types(self):
        for body in ({"name": 5}, {"name": ["Ann"]}, {"id": "five"}, {"id": 1.5}, [], 7):
            with self.subTest(body):
                self.assert_error(self.post("/v1/users", body), 400, "INVALID_ARGUMENT")

    def test_unknown_field_is_named(self):
        said = self.assert_error(self.post(
            "/v1/users", {"name": "A", "email": "a@example.com", "shoeSize": 43}),
                                 400, "INVALID_ARGUMENT")
        self.assertIn("shoeSize", said)

    def test_unknown_query_name_is_named(self):
        said = self.assert_error(
            self.server.request("GET", "/v1/users?page_sice=3"), 400, "INVALID_ARGUMENT")
        self.assertIn("page_sice", said)

    def test_query_that_cannot_be_bound(self):
        self.assert_error(self.server.request("GET", "/v1/users?page_size=many"), 400,
                          "INVALID_ARGUMENT")

    def test_unknown_route(self):
        self.assert_error(self.server.request("GET", "/no/such/route"), 404, "NOT_FOUND")

    def test_known_route_with_another_method(self):
        answer = self.server.request("DELETE", "/data")
        self.assertEqual(answer.status, 405, answer.bytes)
        self.assertEqual({name.strip() for name in answer.headers["Allow"].split(",")} - {"HEAD"},
                         {"GET", "POST"})

    def test_head_is_get_without_a_body(self):
        answer = self.server.request("HEAD", "/stock/ACME")
        self.assertEqual((answer.status, answer.bytes), (200, b""))

    def test_invalid_utf8(self):
        self.assert_error(self.post("/v1/users", b'{"name": "\xff\xfe"}'), 400, "INVALID_ARGUMENT")
        self.assert_error(self.server.request("GET", "/stock/%ff%fe"), 400, "INVALID_ARGUMENT")

    def test_oversize_body(self):
        size = 64 << 20
        head = (f"POST /process-data HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\n"
                f"Content-Length: {size}\r\n\r\n")
        self.assertEqual(self.raw_status(head.encode() + b" " * (1 << 20)), 413)

    def test_oversize_chunked_body(self):
        head = (b"POST /process-data HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
        with self.socket() as peer:
            peer.sendall(head)
            with contextlib.suppress(OSError):
                for _ in range(64):
                    peer.sendall(chunk)
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 413 "))

    def test_oversize_head(self):
        for request in (b"GET / HTTP/1.1\r\nHost: m\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: m\r\n" + b"X: y\r\n" * 20000 + b"\r\n"):
            with self.subTest(request[:40]):
                self.assertEqual(self.raw_status(request), 431)
        target = b"GET /" + b"x" * (1 << 20) + b" HTTP/1.1\r\nHost: m\r\n\r\n"
        self.assertIn(self.raw_status(target), (414, 431))

    def test_heads_that_are_not_http(self):
        for request in (b"\x16\x03\x01\x00\x00\r\n\r\n", b"GET / HTTP/1.1 extra\r\n\r\n",
                        b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: m\r\nBad Name: x\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: m\r\nHost: n\r\n\r\n",
                        b"POST /data HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n"
                        b"Transfer-Encoding: chunked\r\n\r\n{}",
                        b"POST /data HTTP/1.1\r\nHost: m\r\nContent-Length: -1\r\n\r\n",
                        b"POST /data HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n"
                        b"Content-Length: 3\r\n\r\n{}"):
            with self.subTest(request):
                self.assertEqual(self.raw_status(request), 400)

    def test_http2_frames_after_the_preface(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
        get = b"\x82\x86\x84\x41\x01m"  # HPACK: GET http / with the authority m
        head = b"\x00\x00\x06\x01\x05\x00\x00\x00\x01" + get
        for bad in (b"\xff" * 64, b"\x00\x00\x01\x00\x00\x00\x00\x00\x05x"):
            with self.subTest(bad), self.socket() as peer:
                peer.sendall(preface + bad)
                answer = b""
                while piece := peer.recv(65536):
                    answer += piece
                self.assertIn(b"\x07\x00\x00\x00\x00\x00", answer)  # GOAWAY
        with self.socket() as peer:
            peer.sendall(preface + head)
            answer = b""
            while b"Hello, world!" not in answer:
                piece = peer.recv(65536)
                self.assertTrue(piece, answer)
                answer += piece

    def test_half_sent_requests(self):
        whole = (b"POST /process-data HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\n"
                 b'Content-Length: 14\r\n\r\n{"items": [1]}')
        for cut in range(1, len(whole)):
            with self.socket() as peer:
                peer.sendall(whole[:cut])

    def test_peers_that_vanish_while_their_call_runs(self):
        for i in range(50):
            with self.socket() as peer:
                peer.sendall(b"GET /data HTTP/1.1\r\nHost: m\r\n\r\n")
                if i % 2:  # Reset instead of close.
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def test_peers_that_vanish_in_the_middle_of_a_stream(self):
        for _ in range(20):
            peer = websockets.sync.client.connect(
                f"ws://127.0.0.1:{self.server.http}/v1/chat", proxy=None)
            peer.send(json.dumps({"join": {"room": "pier", "name": "Ann"}}))
            self.assertIn("joined", peer.recv(timeout=30))
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.socket.close()

    def test_websocket_that_breaks_the_protocol_is_closed(self):
        handshake = (b"GET /ws HTTP/1.1\r\nHost: m\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        unmasked = b"\x81\x02hi"
        not_utf8 = b"\x81\x82\x00\x00\x00\x00\xff\xfe"
        reserved = b"\x83\x80\x00\x00\x00\x00"
        for frame, code in ((unmasked, 1002), (not_utf8, 1007), (reserved, 1002)):
            with self.subTest(frame), self.socket() as peer:
                peer.sendall(handshake + frame)
                said = b""
                while chunk := peer.recv(65536):
                    said += chunk
                self.assertIn(b"\x88", said)
                self.assertIn(struct.pack(">H", code), said)

    def test_websocket_of_json_with_a_bad_frame_ends_with_an_error(self):
        with websockets.sync.client.connect(
                f"ws://127.0.0.1:{self.server.http}/v1/chat", proxy=None) as peer:
            peer.send("{not json")
            with self.assertRaises(websockets.exceptions.ConnectionClosedError) as closed:
                while True:
                    peer.recv(timeout=30)
            self.assertEqual(closed.exception.rcvd.code, 1007)

    def test_port_in_use(self):
        second = program.Program(
            "minato/minatod", f"--http_address=127.0.0.1:{self.server.http}",
            "--grpc_address=127.0.0.1:0", "--admin_address=127.0.0.1:0", "--data_dir=data")
        with second:
            self.assertNotEqual(second.wait(), 0)
            self.assertIn(str(self.server.http), second.output)
            self.assertIn("in use", second.output)

    def test_data_folder_in_use(self):
        second = program.Program(
            "minato/minatod", "--http_address=127.0.0.1:0", "--grpc_address=127.0.0.1:0",
            "--admin_address=127.0.0.1:0", f"--data_dir={self.server.data_folder}")
        with second:
            self.assertNotEqual(second.wait(), 0)
            self.assertIn(self.server.data_folder, second.output)
            self.assertIn("in use", second.output)

    def test_zz_nothing_stays_in_flight(self):
        minatod.eventually(lambda: not self.server.in_flight(), "in-flight gauges back at zero")
        self.assertEqual(self.server.stop(), 0, self.server.output)


if __name__ == "__main__":
    cases.main()
