"""A real minatod on free loopback ports with a data folder of its own."""

import contextlib
import http.client
import json
import os
import time

from tests import program


class Minatod(program.Program):
    """Ready to serve once constructed. `flags` come after the harness's own, so they win."""

    def __init__(self, *flags, folder=None):
        super().__init__(
            "minato/minatod", "--http_address=127.0.0.1:0", "--grpc_address=127.0.0.1:0",
            "--admin_address=127.0.0.1:0", "--workers=2", "--data_dir=data", *flags, cwd=folder)
        try:
            self.http = self._port("http")
            self.grpc = self._port("grpc")
            self.admin = self._port("admin")
        except BaseException:
            self.kill()
            raise

    def _port(self, name):
        return int(self.wait_for(rf"^{name}\s+127\.0\.0\.1:(\d+)").group(1))

    @property
    def data_folder(self):
        return os.path.join(self.folder, "data")

    def connection(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.http, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """One request on a connection of its own; a body that is not bytes goes as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())

    def stats(self):
        with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self.admin, timeout=10)) as connection:
            connection.request("GET", "/stats")
            return Answer(connection.getresponse()).json

    def in_flight(self):
        """Every in-flight gauge of /stats that is not zero, by its path."""
        return {path: value for path, value in _numbers(self.stats(), "")
                if "in_flight" in path and value != 0}


class Answer:
    """A whole HTTP answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.bytes = response.read()

    @property
    def text(self):
        return self.bytes.decode()

    @property
    def json(self):
        return json.loads(self.bytes)


def eventually(probe, what, seconds=program.PATIENCE_SECONDS):
    """The first true answer of the probe, asked again and again."""
    ends = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def _numbers(value, path):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, f"{path}/{key}")
    elif isinstance(value, (int, float)):
        yield path, value
