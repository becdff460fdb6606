"""What the gateways are loaded with, and what a message of it costs the process under test."""

import concurrent.futures
import dataclasses
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from tests.load import gateways
from tests.load import measure

CONNECTIONS = 32
# Few, since those that are cut off when the time is up are counted by an estimate.
STREAM_CONNECTIONS = 4
STREAM_MESSAGES = 1_000
POST_LUA = "tests/load/post.lua"


def document(size_bytes, seed=1):
    """A tree of documents as JSON of that size."""
    draw = random.Random(seed)

    def node(depth):
        made = {
            "id": f"doc-{draw.randrange(10**6):06}",
            "revision": str(draw.randrange(10**12)),
            "title": f"Notes on the engine, part {draw.randrange(100)}",
            "score": draw.randrange(1000) / 8,
            "state": draw.choice(["STATE_DRAFT", "STATE_PUBLISHED"]),
            "pinned": bool(draw.randrange(2)),
            "tags": ["engine", "notes", f"tag-{draw.randrange(100)}"],
            "pages": [draw.randrange(10_000) for _ in range(4)],
            "labels": {"shelf": f"s{draw.randrange(100)}"},  # one: a map has no order
        }
        if depth % 2 == 0:
            made["author"] = {"id": "7", "name": "Ada Lovelace", "loginCount": 1815, "active": True}
        return made

    root = node(0)
    nodes = [(0, root)]
    while True:
        depth, parent = draw.choice(nodes)
        if depth == 8:
            continue
        child = node(depth + 1)
        parent.setdefault("parts", []).append(child)
        if len(_compact(root)) > size_bytes:
            parent["parts"].pop()
            if not parent["parts"]:
                del parent["parts"]
            root["title"] += "." * (size_bytes - len(_compact(root)))
            return _compact(root)
        nodes.append((depth + 1, child))


def _compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


@dataclasses.dataclass
class Workload:
    name: str
    path: str
    body: bytes = None
    http2: bool = False
    messages_per_request: int = 1
    connections: int = CONNECTIONS

    def check_equal(self, rivals):
        """All answer alike, so that the same work is measured."""
        answers = [rival.request("POST" if self.body else "GET", self.path, self.body)
                   for rival in rivals]
        if any(answer[0] != 200 or answer != answers[0] for answer in answers):
            sys.exit(f"{self.name}: the answers differ:\n" +
                     "\n".join(f"{status} {body[:1000]}" for status, body in answers))
        return len(answers[0][1])

    def run(self, port, seconds):
        """Loads the port for so long; how many requests were answered."""
        url = f"http://127.0.0.1:{port}{self.path}"
        if self.http2:
            return _h2load(url, seconds)
        if self.body is None:
            return _wrk(self.connections, seconds, url)
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.body)
            file.flush()
            return _wrk(self.connections, seconds, "-s", POST_LUA, url, "--", file.name)


USER = "/v1/users/1234567"
LIST = f"/v1/users?id=1&count={STREAM_MESSAGES}"
ALL = [
    Workload("W1 GET small, HTTP/1.1", USER),
    Workload("W2 GET small, HTTP/2, 8 connections x 16 streams", USER, http2=True),
    Workload("W3 POST 1 KB JSON, echoed", "/v1/documents", document(1 << 10)),
    Workload("W4 POST 64 KB nested JSON, echoed", "/v1/documents", document(64 << 10)),
    Workload("W5 stream of 1,000 small messages, per message", LIST,
             messages_per_request=STREAM_MESSAGES, connections=STREAM_CONNECTIONS),
    # With few connections Envoy ends all streams at one time and then has nothing to do until the next have begun.
    Workload("W5 behind an upstream that batches its writes", LIST + "&batchWrites=true",
             messages_per_request=STREAM_MESSAGES),
]


@dataclasses.dataclass
class Cost:
    us: float            # CPU time of the processes per message
    gateway_busy: float  # share of the time that the core of the process under test was not idle
    load_busy: float

    @property
    def counts(self):
        """Whether something was loaded to its limit, and not waiting for a timer or a lock."""
        return max(self.gateway_busy, self.load_busy) >= 0.95


def cost(workload, port, pids, seconds):
    """A second of warm-up is not counted."""
    workload.run(port, 1)
    cpu = [measure.cpu_us(pid) for pid in pids]
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        busy = beside.submit(_busy_within, seconds)
        requests = workload.run(port, seconds)
    if requests == 0:
        sys.exit(f"{workload.name}: no request was answered")
    used = sum(measure.cpu_us(pid) for pid in pids) - sum(cpu)
    requests += workload.connections / 2  # cut off in the end: half done, on average
    return Cost(used / (requests * workload.messages_per_request),
                busy.result()[gateways.GATEWAY_CORE], busy.result()[gateways.LOAD_CORE])


def _busy_within(seconds, edge=0.15):
    """Share of the time that each core is not idle, but for the edges, in which load begins and ends (wrk looks every
    0.1 s whether its time is up)."""
    time.sleep(edge)
    idle, start = _idle_us(), time.monotonic()
    time.sleep(seconds - 2 * edge)
    took = (time.monotonic() - start) * measure.MICROSECONDS
    return {core: 1 - (after - idle[core]) / took for core, after in _idle_us().items()}


def _idle_us():
    """Time each core has had nothing to do so far."""
    with open("/proc/stat", encoding="ascii") as stat:
        return {int(core): (int(idle) + int(iowait)) * measure.MICROSECONDS / measure.TICKS_PER_SECOND
                for core, idle, iowait in re.findall(
                    r"^cpu(\d+) \d+ \d+ \d+ (\d+) (\d+)", stat.read(), re.M)}


def _output(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def _wrk(connections, seconds, *arguments):
    out = _output("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *arguments)
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"not every request was answered well:\n{out}")
    return int(re.search(r"(\d+) requests in", out).group(1))


def _h2load(url, seconds):
    out = _output("h2load", "-t1", "-c8", "-m16", f"-D{seconds}", url)
    done, failed, errored = (int(re.search(rf"(\d+) {what}", out).group(1))
                             for what in ("succeeded", "failed", "errored"))
    # Streams that the end of the time cuts off have a status and do not count.
    if failed or errored or "2xx, 0 3xx, 0 4xx, 0 5xx" not in out:
        sys.exit(f"not every request was answered well:\n{out}")
    return done


def open_loop(port, rate, seconds):
    """Latencies of W1 in microseconds at a fixed rate, and how late the sender was."""
    return json.loads(_output(os.path.abspath("tests/load/open_loop"), f"--port={port}",
                              f"--path={USER}", f"--rate={rate}", f"--seconds={seconds}"))
