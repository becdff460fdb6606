"""minato-gateway reads its bootstrap again on SIGHUP, and nobody who is being served notices."""

import http.client
import json
import os
import signal
import socket
import tempfile
import threading
import unittest

from tests.program import Program

MANAGER = ("type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
           "HttpConnectionManager")
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listener(port, text, **manager):
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": text}}}
    return {"name": str(port), "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
            "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                "@type": MANAGER, "stat_prefix": "x",
                "route_config": {"name": "r", "virtual_hosts": [
                    {"name": "v", "domains": ["*"], "routes": [route]}]},
                "http_filters": [{"name": "router", "typed_config": {"@type": ROUTER}}], **manager}}]}]}


def get(connection):
    connection.request("GET", "/")
    response = connection.getresponse()
    return response.status, response.read().decode()


class GatewayReloadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.path = os.path.join(folder, "envoy.json")
        self.port = free_port()
        self.write([listener(self.port, "old")])
        self.gateway = Program("gateway/minato-gateway", "--config", self.path, "--workers=2")
        self.addCleanup(self.gateway.kill)
        self.gateway.wait_for("^http ")

    def write(self, listeners):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump({"static_resources": {"listeners": listeners}}, file)

    def reload(self, pattern):
        os.kill(self.gateway.pid, signal.SIGHUP)
        self.gateway.wait_for(pattern)

    def connection(self, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        self.addCleanup(connection.close)
        connection.connect()
        return connection

    def test_open_connections_are_served_anew_and_no_request_is_lost(self):
        answers, stop = [], threading.Event()

        def ask():
            connection = self.connection()
            while not stop.is_set():
                answers.append(get(connection))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(10):
            self.write([listener(self.port, f"new {number}")])
            os.kill(self.gateway.pid, signal.SIGHUP)
            connection = self.connection()
            while get(connection) != (200, f"new {number}"):
                pass
        stop.set()
        for thread in threads:
            thread.join()
        self.assertGreater(len(answers), 10)
        self.assertEqual({status for status, _ in answers}, {200})

    def test_a_bootstrap_that_is_wrong_changes_nothing(self):
        connection = self.connection()
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("static_resources: {listners: []}")
        self.reload("the configuration stays as it was: .*listners")
        self.assertEqual(get(connection), (200, "old"))

    def test_an_address_that_is_taken_changes_nothing(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.write([listener(self.port, "new"), listener(taken.getsockname()[1], "never")])
            self.reload("the configuration stays as it was: .* is in use")
        self.assertEqual(get(self.connection()), (200, "old"))

    def test_listeners_come_and_go(self):
        other = free_port()
        self.write([listener(other, "other")])
        self.reload("serving as .* says now")
        self.assertEqual(get(self.connection(other)), (200, "other"))
        with self.assertRaises(ConnectionRefusedError):
            self.connection()

    def test_a_listener_of_other_limits_opens_anew(self):
        old = self.connection()
        self.assertEqual(get(old), (200, "old"))
        self.write([listener(self.port, "strict", server_name="strict")])
        self.reload("serving as .* says now")
        old.sock.settimeout(30)
        self.assertEqual(old.sock.recv(1), b"")
        connection = self.connection()
        connection.request("GET", "/")
        self.assertEqual(connection.getresponse().getheader("server"), "strict")


if __name__ == "__main__":
    unittest.main()
