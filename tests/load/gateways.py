"""Minato's gateway and Envoy under one configuration, in front of the same hand-written gRPC server."""

import contextlib
import http.client
import os
import re
import socket
import time

from tests import program

GATEWAY_CORE = 0
# Of the load, of the server behind the gateway, and of whoever measures.
LOAD_CORE = 1

BOOTSTRAP = """
static_resources:
  listeners:
  - name: front
    address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: load
          codec_type: AUTO
          route_config:
            name: routes
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{prefix: /}}
                route: {{cluster: upstream, timeout: {timeout}}}
          http_filters:
          - name: envoy.filters.http.grpc_json_transcoder
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder
              proto_descriptor: {descriptors}
              services: [minato.load.gateway.v1.GatewayLoadService]
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
  clusters:
  - name: upstream
    type: STATIC
    connect_timeout: 30s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {{http2_protocol_options: {{}}}}
    circuit_breakers:
      thresholds:
      - {{max_connections: 100000, max_pending_requests: 100000, max_requests: 100000}}
    load_assignment:
      cluster_name: upstream
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {upstream}}}}}}}
admin:
  address: {{socket_address: {{address: 127.0.0.1, port_value: {admin}}}}}
"""


def envoy_binary():
    return os.path.join(os.environ["BUILD_WORKSPACE_DIRECTORY"],
                        "third_party/pinned/python_load/envoy/_bin/envoy")


# How each is started: one worker, nothing logged per request.
COMMANDS = {
    "minato": lambda config: ["gateway/minato-gateway", "--config", config, "--workers=1",
                              "--log_level=warning"],
    "envoy": lambda config: [envoy_binary(), "-c", config, "--concurrency", "1",
                             "--disable-hot-restart", "--log-level", "warning"],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pin(pid, core):
    """Keeps all threads of a process, and those they start, on one core."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), {core})


class Upstream(program.Program):
    def __init__(self, port=0):
        super().__init__("tests/load/gateway_upstream", f"--port={port}")
        self.port = int(self.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))


class Gateway(program.Program):
    """`kind` is one of COMMANDS. Ready to serve once constructed."""

    def __init__(self, kind, upstream_port, timeout="15s"):
        self.kind = kind
        self.port, self.admin = free_port(), free_port()
        folder = os.path.abspath(os.environ.get("TEST_TMPDIR", "/tmp"))
        config = os.path.join(folder, f"{kind}-{self.port}.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BOOTSTRAP.format(
                port=self.port, admin=self.admin, upstream=upstream_port, timeout=timeout,
                descriptors=os.path.abspath("tests/load/gateway_load.binpb")))
        super().__init__(*COMMANDS[kind](config))
        self._await_listening()

    def _await_listening(self):
        ends = time.monotonic() + program.PATIENCE_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"{self.kind} does not listen; it said:\n{self.output}")

    def request(self, method, path, body=None, timeout=30):
        """One request on a connection of its own: status and body."""
        with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            headers = {"content-type": "application/json"} if body is not None else {}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()


def resident_bytes(pid, line="VmRSS"):
    """VmRSS: now; VmHWM: the most so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"^{line}:\s+(\d+) kB", status.read(), re.M).group(1)) * 1024
