"""A gateway whose clients misbehave, its upstream killed again and again behind a wire that fails."""

import collections
import contextlib
import http.client
import json
import os
import random
import subprocess
import threading
import time

from tests import program
from tests.load import gateways

# Share of the requests after which the gateway counts as warm: what it grows by later is a leak.
WARM_UP_SHARE = 5
GROWTH_BYTES_MAX = 16 << 20
SECONDS_BETWEEN_RESTARTS = (0.3, 3)
ROUTE_TIMEOUT = "2s"
SETTLE_SECONDS = 30


class RestartedUpstream:
    """Killed at random times, and started again on its port."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._upstream = gateways.Upstream()
        self.port = self._upstream.port
        self.restarts = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._upstream.kill()

    def _run(self):
        while not self._stop.wait(self._random.uniform(*SECONDS_BETWEEN_RESTARTS)):
            self._upstream.kill()
            self._stop.wait(self._random.uniform(0, 0.2))
            # Somebody's outgoing connection may have the port for a moment.
            for _ in range(100):
                with contextlib.suppress(AssertionError):
                    self._upstream = gateways.Upstream(self.port)
                    self.restarts += 1
                    break
                time.sleep(0.1)


class Wire(program.Program):
    def __init__(self, to, seed, fault_every_reads):
        super().__init__("tests/fault/bad_wire", f"--to={to}", f"--seed={seed}",
                         f"--fault_every_reads={fault_every_reads}")
        self.port = int(self.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))

    def faults(self):
        """What went wrong on it, once it has ended."""
        self.stop()
        return json.loads(self.output.splitlines()[-1])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def gauges(gateway):
    """What /stats shows in flight, of clients' requests and of calls to the upstream."""
    with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", gateway.admin, timeout=10)) as connection:
        connection.request("GET", "/stats")
        stats = connection.getresponse().read().decode()
    if gateway.kind == "envoy":
        pairs = [line.rsplit(": ", 1) for line in stats.splitlines() if "admin" not in line]
    else:
        pairs = json.loads(stats).items()
    shown = {name: int(value) for name, value in pairs
             if name.endswith(("rq_active", "rq_pending_active", "in_flight"))}
    if len(shown) < 3:
        raise AssertionError(f"gauges are missing: {stats}")
    return shown


def eventually_idle(gateway, descriptors_max):
    """Waits until nothing is in flight and no descriptor is left over."""
    ends = time.monotonic() + SETTLE_SECONDS
    while True:
        in_flight, opened = gauges(gateway), descriptors(gateway.pid)
        if not any(in_flight.values()) and opened <= descriptors_max:
            return
        if time.monotonic() > ends:
            raise AssertionError(f"left over: {in_flight}, {opened} descriptors, not {descriptors_max}")
        time.sleep(0.1)


def clients(gateway, requests, seed):
    """All requests, half of them over HTTP/2; what the clients saw. Fails at the first answer that is wrong,
    missing or too much."""
    running = [
        subprocess.Popen(
            [os.path.abspath(f"tests/fault/{name}"), f"--port={gateway.port}",
             f"--requests={requests // 2}", f"--seed={seed}"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("bad_client", "bad_http2_client")]
    seen = collections.Counter()
    for client in running:
        out, errors = client.communicate()
        if client.returncode != 0:
            raise AssertionError(f"{errors}{out}the gateway said:\n{gateway.output}")
        seen.update(json.loads(out))
    return seen


def run(kind, requests, seed, fault_every_reads=200):
    """One storm over a gateway; raises where something leaked or was answered wrongly."""
    print(f"seed {seed}, {requests:,} requests", flush=True)
    with RestartedUpstream(seed) as upstream, \
            Wire(upstream.port, seed, fault_every_reads) as wire, \
            gateways.Gateway(kind, wire.port, timeout=ROUTE_TIMEOUT) as gateway:
        at_rest = descriptors(gateway.pid)
        # The pool keeps connections open, at most a few more than at the start.
        descriptors_max = at_rest + 8
        seen = clients(gateway, requests // WARM_UP_SHARE, seed)
        eventually_idle(gateway, descriptors_max)
        warm = gateways.resident_bytes(gateway.pid)
        seen += clients(gateway, requests - requests // WARM_UP_SHARE, seed + 1)
        eventually_idle(gateway, descriptors_max)
        growth = gateways.resident_bytes(gateway.pid) - warm
        print(f"clients: {dict(sorted(seen.items()))}\nwire: {wire.faults()}, {upstream.restarts} restarts\n"
              f"growth after the first fifth: {growth / 1024:,.0f} KiB", flush=True)
        # AddressSanitizer keeps what was freed.
        if growth > GROWTH_BYTES_MAX and not os.environ.get("MINATO_SANITIZED"):
            raise AssertionError(f"grew by {growth:,} bytes")
        if gateway.stop() not in (0, None):
            raise AssertionError(f"ended badly; it said:\n{gateway.output}")
