"""Makes inputs for a fuzz target from the oracle's cases: seeds.py KIND FOLDER."""

import gzip
import json
import os
import re
import sys
import tempfile

import h2.config
import h2.connection

from tests.conformance.envoy import oracle
from tests.conformance.envoy.harness import client, gateway, types, upstream

BYTES_MAX = 4096

# As in gateway/transcode/oracle_types.h.
ROOTS = [
    "oracle.v1.Frame", "oracle.v1.Everything", "oracle.v1.Scalars", "oracle.v1.Old", "oracle.v1.Upload",
    "oracle.v1.Download", "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue",
    "google.protobuf.Timestamp", "google.protobuf.StringValue", "google.protobuf.Empty", "google.api.HttpBody",
    "oracle.v1.Person", "oracle.v1.Choice", "oracle.v1.Present", "oracle.v1.Node",
]


def path(name):
    return os.path.join(oracle.HERE, name)


def cases():
    return oracle.load_cases(path("cases"))


def goldens():
    with open(path("goldens.json"), encoding="utf-8") as file:
        return json.load(file)["cases"]


def load_types():
    with tempfile.TemporaryDirectory() as folder:
        descriptors = os.path.join(folder, "api.pb")
        types.compile_protos([path("protos")], descriptors)
        return types.Types(descriptors)


def http1():
    for case in cases():
        if "startup" not in case and case.get("http") != 2:
            yield b"".join(data for _, data in client.pieces(case, "x"))


def http2():
    """What comes behind the client's preface."""
    for case in cases():
        if "send" not in case or "target_repeat" in case:
            continue
        connection = h2.connection.H2Connection(h2.config.H2Configuration(
            header_encoding="latin-1", validate_outbound_headers=False, normalize_outbound_headers=False))
        connection.initiate_connection()
        method, target = case["send"].split(" ", 1)
        head = [(":method", method), (":scheme", "http"), (":authority", client.HOST), (":path", target)]
        head += [(name.lower(), value) for name, value in upstream.pairs(case.get("headers"))]
        body = client.body_of(case)
        connection.send_headers(1, head, end_stream=body is None)
        if body is not None:
            connection.send_data(1, body[:BYTES_MAX], end_stream=True)
        yield connection.data_to_send()[len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):]


def bootstraps():
    for profile in gateway.load_profiles([path("profiles.yaml")]).values():
        yield gateway.bootstrap(profile, "api.pb", 8080, 50051).encode()


def json_bodies():
    """The root message, the number of the field that the body is (0: all of it), options, where to cut; the body."""
    known = load_types()
    with open(path("../../../gateway/transcode/testdata/envoy/read.tsv"), encoding="latin-1") as file:
        for line in file:
            _, shape, profile, root, target, bindings, pieces = line.rstrip("\n").split("\t")[:7]
            number = 0
            if target != "-":
                number = known.pool.FindMessageTypeByName(root).fields_by_name[target.split(".")[0]].number
            options = (1 | 2 | (4 if profile == "loose_enums" else 0) | (8 if profile == "reject_collisions" else 0)
                       | (16 if shape == "stream" else 0) | (0 if bindings == "-" else 32))
            parts = [] if pieces == "-" else [
                piece.encode("latin-1").decode("unicode_escape").encode("latin-1") for piece in pieces.split("|")]
            cut = len(parts[0]) if parts else 0
            yield bytes([ROOTS.index(root), number, options]) + cut.to_bytes(2, "little") + b"".join(parts)


def messages():
    """(its type, its bytes) of every request and reply of the cases."""
    known = load_types()
    recorded = goldens()
    for case in cases():
        for call in recorded.get(case["name"], {}).get("upstream", []):
            method = known.methods.get(call["path"])
            if method is None:
                continue
            for message in call.get("messages", []):
                if "wire" in message:  # Large ones are known by their digest only.
                    yield method.input_type.full_name, bytes.fromhex(message["wire"])
            reply = case.get("reply") or {}
            for value in reply.get("messages", [reply["json"]] if "json" in reply else []):
                yield method.output_type.full_name, known.encode(method.output_type, value)


def wire():
    """The root message, options; its bytes."""
    for root, message in messages():
        if root in ROOTS:
            for options in (0, 1 | 2 | 4):
                yield bytes([ROOTS.index(root), options]) + message


def grpc_frames():
    """Whether messages are compressed; frames."""
    some = sorted({message for _, message in messages()})
    for i, message in enumerate(some):
        others = b"".join(upstream.frame(other) for other in some[i:i + 3])
        yield b"\0" + others
        if i % 8 == 0:
            yield b"\1" + upstream.frame(gzip.compress(message, mtime=0), 1) + others
    for case in cases():
        if "data_hex" in (case.get("reply") or {}):
            yield b"\0" + bytes.fromhex(case["reply"]["data_hex"])


def rules():
    """(method, template) of every rule of the test API."""
    for name in ("api", "legacy", "refused"):
        with open(path(f"protos/oracle/v1/{name}.proto"), encoding="utf-8") as file:
            text = file.read()
        for method, template in re.findall(r'\b(get|put|post|delete|patch): "([^"]*)"', text):
            yield method.upper(), template
        for method, template in re.findall(r'kind: "([^"]*)",? path: "([^"]*)"', text):
            yield method, template


def targets():
    for case in cases():
        if "send" in case and "target_repeat" not in case:
            yield case


def family(target):
    return re.split("[/:?]", target + "//")[2]


def routes():
    """Rules, an empty line, requests; by what comes behind /v1."""
    families = {}
    for method, template in rules():
        families.setdefault(family(template), []).append(f"{method} {template}")
    for name, lines in families.items():
        requests = {case["send"].split("?")[0] for case in targets() if family(case["send"].split(" ")[1]) == name}
        for i in range(0, len(lines), 8):
            yield "\n".join(lines[i:i + 8] + [""] + sorted(requests)[:16]).encode()


def urls():
    """Options; a request line without its version."""
    options = {"ignore_unknown_query": 2 << 4, "capture_query": 3 << 4, "reject_query": 1 << 4, "reject_all": 1 << 4,
               "unescape_except_slash": 1 << 1, "unescape_all": 2 << 1, "any_verb": 8, "plus_is_space": 64,
               "auto_mapping": 128, "ignored_query": 128}
    for case in targets():
        yield bytes([options.get(case["profile"], 0)]) + case["send"].encode()
        yield b"\1" + case["send"].encode()


KINDS = [http1, http2, bootstraps, json_bodies, wire, grpc_frames, routes, urls]


def main():
    kind, folder = sys.argv[1:]
    make = {function.__name__: function for function in KINDS}[kind]
    seeds = sorted({seed for seed in make() if len(seed) <= BYTES_MAX})
    for i, seed in enumerate(seeds):
        with open(os.path.join(folder, f"{i:04}"), "wb") as file:
            file.write(seed)


if __name__ == "__main__":
    main()
