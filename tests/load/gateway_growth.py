"""How much a gateway's process grows by connections, calls in flight and a long stream."""

import contextlib
import dataclasses
import json
import resource
import select
import socket
import time
from typing import Callable

from tests.load import gateways

KIB = 1024
MIB = 1024 * KIB
CONNECTIONS = 10_000
WARM_UP_CONNECTIONS = 100
PATIENCE_SECONDS = 120

STREAM_MESSAGE_BYTES = 16 * KIB
STREAM_MESSAGES = 64 * KIB  # 1 GiB in all
STREAM_PAUSE_SECONDS = 2    # of the client, in the middle of the stream


@dataclasses.dataclass
class Growth:
    what: str
    measure: Callable  # of a running gateway: growth in bytes
    at_most: int       # bytes
    unit: str

    def of(self, kind):
        """Of a gateway of this kind, started for it."""
        raise_descriptor_limit()
        with gateways.Upstream() as upstream, \
                gateways.Gateway(kind, upstream.port, timeout="0s") as gateway:
            return self.measure(gateway)

    def show(self, size_bytes):
        return f"{size_bytes / {'KiB': KIB, 'MiB': MIB}[self.unit]:.1f} {self.unit}"


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connect(gateway):
    peer = socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE_SECONDS)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return peer


def send(peer, path):
    peer.sendall(f"GET {path} HTTP/1.1\r\nhost: m\r\n\r\n".encode())


def receive(peer):
    """One answer with its length; it must be a 200 and nothing may follow."""
    data = b""
    while True:
        got = peer.recv(64 * KIB)
        if not got:
            raise AssertionError(f"closed after {data!r}")
        data += got
        head, end, body = data.partition(b"\r\n\r\n")
        if not end:
            continue
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if not head.startswith(b"HTTP/1.1 200 ") or len(body) > int(fields[b"content-length"]):
            raise AssertionError(f"unexpected answer {data!r}")
        if len(body) == int(fields[b"content-length"]):
            return body


def get(peer):
    send(peer, "/v1/users/1")
    receive(peer)


def connections(gateway, count, stack):
    """Open until the stack ends. Each has had an answer: so many at once would overflow the queue of the
    listening socket."""
    peers = []
    for _ in range(count):
        peers.append(stack.enter_context(connect(gateway)))
        get(peers[-1])
    return peers


def warm_up(gateway):
    with contextlib.ExitStack() as stack:
        connections(gateway, WARM_UP_CONNECTIONS, stack)


def of_idle_connection(gateway):
    warm_up(gateway)
    before = gateways.resident_bytes(gateway.pid)
    with contextlib.ExitStack() as stack:
        peers = connections(gateway, CONNECTIONS, stack)
        growth = gateways.resident_bytes(gateway.pid) - before
        for peer in peers:  # they are all alive
            get(peer)
    return growth / CONNECTIONS


def held(gateway, release_at):
    status, body = gateway.request("POST", "/v1/users:release", json.dumps({"atLeast": release_at}))
    if status != 200:
        raise AssertionError(f"{status} {body}")
    return json.loads(body).get("held", 0)


def of_call_in_flight(gateway):
    """With its connection. All are answered in the end."""
    warm_up(gateway)
    before = gateways.resident_bytes(gateway.pid)
    with contextlib.ExitStack() as stack:
        peers = connections(gateway, CONNECTIONS, stack)
        readable = select.poll()
        for peer in peers:
            readable.register(peer, select.POLLIN)
            send(peer, "/v1/users/1:hold")
        ends = time.monotonic() + PATIENCE_SECONDS
        while (count := held(gateway, release_at=10 * CONNECTIONS)) < CONNECTIONS:
            if readable.poll(0) or time.monotonic() > ends:
                answered = {descriptor for descriptor, _ in readable.poll(0)}
                answers = [peer.recv(KIB) for peer in peers if peer.fileno() in answered]
                raise AssertionError(f"{count} calls are held, {len(answers)} answered: {answers[:1]}")
            time.sleep(0.1)
        growth = gateways.resident_bytes(gateway.pid) - before
        if held(gateway, release_at=CONNECTIONS) != CONNECTIONS:
            raise AssertionError("a call in flight was lost")
        for peer in peers:
            receive(peer)
    return growth / CONNECTIONS


def of_long_stream(gateway):
    """At its peak, with a client that stops reading for a while."""
    warm_up(gateway)
    before = gateways.resident_bytes(gateway.pid)
    size, tail, paused = 0, b"", False
    with connect(gateway) as peer:
        send(peer, f"/v1/users?count={STREAM_MESSAGES}&noteBytes={STREAM_MESSAGE_BYTES}")
        buffer = bytearray(MIB)
        while not tail.endswith(b"]\r\n0\r\n\r\n"):
            got = peer.recv_into(buffer)
            if not got:
                raise AssertionError(f"cut off after {size / MIB:.0f} MiB")
            size += got
            tail = (tail + bytes(buffer[max(0, got - 16):got]))[-16:]
            if not paused and size > STREAM_MESSAGES * STREAM_MESSAGE_BYTES / 2:
                time.sleep(STREAM_PAUSE_SECONDS)
                paused = True
    if size < STREAM_MESSAGES * STREAM_MESSAGE_BYTES:
        raise AssertionError(f"only {size} bytes came")
    return max(0, gateways.resident_bytes(gateway.pid, "VmHWM") - before)


ALL = [
    Growth("an idle keep-alive connection, of 10,000", of_idle_connection, 8 * KIB, "KiB"),
    Growth("a call in flight, of 10,000, its connection included", of_call_in_flight, 15 * KIB, "KiB"),
    Growth("a streamed answer of 1 GiB, the client pausing 2 s", of_long_stream, 32 * MIB, "MiB"),
]
