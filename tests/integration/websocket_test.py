import contextlib
import socket
import time
import unittest

import websockets.exceptions
import websockets.sync.client

from tests import cases
from tests.integration import minatod

TIMEOUT_SECONDS = 30
GOING_AWAY = 1001


def connect(server, path="/ws", **options):
    return websockets.sync.client.connect(
        f"ws://127.0.0.1:{server.http}{path}", proxy=None, open_timeout=TIMEOUT_SECONDS, **options)


def handshake(server, *headers):
    """A connection after its upgrade request, and what came back for it."""
    lines = ["GET /ws HTTP/1.1", f"Host: 127.0.0.1:{server.http}", "Connection: Upgrade", "Upgrade: websocket",
             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *headers]
    connection = socket.create_connection(("127.0.0.1", server.http), TIMEOUT_SECONDS)
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection, connection.recv(4096)


class WebSocketDrainTest(unittest.TestCase):
    """SIGTERM while WebSockets are open; the drain's own bound is far away."""

    def ends_within(self, server, seconds):
        started = time.monotonic()
        self.assertEqual(server.stop(), 0, server.output)
        took = time.monotonic() - started
        print(f"ended after {took:.2f} s")
        self.assertLess(took, seconds)

    def assert_closed(self, client, code):
        with self.assertRaises(websockets.exceptions.ConnectionClosed):
            client.recv(timeout=TIMEOUT_SECONDS)
        self.assertEqual(client.protocol.close_rcvd.code, code)

    @cases.needs_ordinary_build
    def test_an_idle_echo_is_told_that_the_server_goes_away_and_does_not_hold_it(self):
        with minatod.Minatod("--drain_timeout=30s") as server:
            with connect(server) as client:
                client.send("ahoy")
                self.assertEqual(client.recv(timeout=TIMEOUT_SECONDS), "Message received: ahoy")
                self.ends_within(server, 2)
                self.assert_closed(client, GOING_AWAY)

    @cases.needs_ordinary_build
    def test_a_peer_that_never_answers_is_left_after_a_moment(self):
        with minatod.Minatod("--drain_timeout=30s") as server:
            connection, answer = handshake(server)
            with contextlib.closing(connection):
                self.assertTrue(answer.startswith(b"HTTP/1.1 101 "), answer)
                self.ends_within(server, 4)
                self.assertEqual(connection.recv(4), b"\x88\x02\x03\xe9")

    @cases.needs_ordinary_build
    def test_a_chat_member_without_a_room_does_not_hold_it_either(self):
        with minatod.Minatod("--drain_timeout=30s") as server:
            with connect(server, "/v1/chat"):
                self.ends_within(server, 2)


class WebSocketOriginTest(unittest.TestCase):
    """A browser opens WebSockets to any host, with its page's origin: the server decides."""

    def status(self, server, *headers):
        connection, answer = handshake(server, *headers)
        connection.close()
        return int(answer.split(b" ")[1]), answer

    def test_pages_of_other_origins_are_refused_unless_they_are_allowed(self):
        with minatod.Minatod("--cors_allow_origins=https://app.example") as server:
            self.assertEqual(self.status(server)[0], 101)
            self.assertEqual(self.status(server, f"Origin: http://127.0.0.1:{server.http}")[0], 101)
            self.assertEqual(self.status(server, "Origin: https://app.example")[0], 101)
            for origin in ("http://evil.example", "http://127.0.0.1:1", "null"):
                with self.subTest(origin):
                    status, answer = self.status(server, f"Origin: {origin}")
                    self.assertEqual(status, 403)
                    self.assertIn(b'"status":"PERMISSION_DENIED"', answer)
            self.assertEqual(server.stop(), 0, server.output)


if __name__ == "__main__":
    cases.main()
