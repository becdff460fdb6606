"""Bodies and gRPC messages that come and go compressed: minatod, and minato-gateway by flags and by a bootstrap."""

import contextlib
import gzip
import http.client
import json
import os
import subprocess
import tempfile
import threading
import unittest
import zlib
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tests.integration import descriptor_set
from tests.integration.minatod import Answer, Minatod
from tests.program import Program

GATEWAY = "gateway/minato-gateway"
CURL = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout.split()
PROTO = """
syntax = "proto3";
package feed;
import "google/api/annotations.proto";
message Item { int64 id = 1; string text = 2; }
service Feed {
  rpc Get(Item) returns (Item) { option (google.api.http) = {get: "/items/{id}"}; }
  rpc Put(Item) returns (Item) { option (google.api.http) = {post: "/items" body: "*"}; }
  rpc Watch(Item) returns (stream Item) { option (google.api.http) = {get: "/watch"}; }
  rpc Import(stream Item) returns (Item) { option (google.api.http) = {post: "/import" body: "*"}; }
}
"""
HTTP_FILTERS = "type.googleapis.com/envoy.extensions.filters.http."
TEXT = "the same words again and again, " * 100


def compile_proto(folder):
    """The descriptor set of PROTO as a file, and the class of its message."""
    path = descriptor_set.write(folder, "feed", PROTO)
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as file:
        files.ParseFromString(file.read())
    for proto in files.file:
        pool.Add(proto)
    return path, message_factory.GetMessageClass(pool.FindMessageTypeByName("feed.Item"))


class Upstream:
    """A gRPC server that compresses its replies unless told otherwise."""

    def __init__(self, item, compression=grpc.Compression.Gzip):
        self.item = item
        self.more = threading.Event()  # the second message of a stream waits for it
        forms = {"request_deserializer": item.FromString, "response_serializer": item.SerializeToString}
        service = grpc.method_handlers_generic_handler("feed.Feed", {
            "Get": grpc.unary_unary_rpc_method_handler(
                lambda item, _: self.item(id=item.id, text=TEXT), **forms),
            "Put": grpc.unary_unary_rpc_method_handler(lambda item, _: item, **forms),
            "Watch": grpc.unary_stream_rpc_method_handler(self.watch, **forms),
            "Import": grpc.stream_unary_rpc_method_handler(
                lambda items, _: item(text=" ".join(one.text for one in items)), **forms)})
        self.server = grpc.server(futures.ThreadPoolExecutor(4), compression=compression)
        self.server.add_generic_rpc_handlers((service,))
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def watch(self, _, __):
        yield self.item(id=1, text=TEXT)
        self.more.wait(60)
        yield self.item(id=2, text=TEXT)


def bootstrap(descriptors, upstream_port):
    http2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
            {"match": {"prefix": "/"}, "route": {"cluster": "c", "timeout": "60s"}}]}]},
        "http_filters": [
            {"name": "t", "typed_config": {"@type": HTTP_FILTERS + "grpc_json_transcoder.v3.GrpcJsonTranscoder",
                                           "proto_descriptor": descriptors, "services": ["feed.Feed"]}},
            {"name": "router", "typed_config": {"@type": HTTP_FILTERS + "router.v3.Router"}}]}
    address = {"socket_address": {"address": "127.0.0.1", "port_value": upstream_port}}
    return {"static_resources": {
        "listeners": [{"name": "l", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                       "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}],
        "clusters": [{"name": "c", "type": "STATIC", "connect_timeout": "5s",
                      "typed_extension_protocol_options": {
                          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                              "@type": http2, "explicit_http_config": {"http2_protocol_options": {}}}},
                      "load_assignment": {"cluster_name": "c", "endpoints": [
                          {"lb_endpoints": [{"endpoint": {"address": address}}]}]}}]}}


def request(port, method, path, body=None, **headers):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return Answer(connection.getresponse())


def curl(port, path, *arguments):
    """Status, headers and decoded body."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--max-time", "60", "--compressed", "--dump-header", "-", *arguments,
         f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True)
    head, body = done.stdout.replace("\r\n", "\n").split("\n\n", 1)
    lines = head.split("\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:]), body


def codings_of_curl():
    return [coding for coding, feature in [("gzip", "libz"), ("br", "brotli"), ("zstd", "zstd")] if feature in CURL]


class MinatodTest(unittest.TestCase):
    def start(self, *flags):
        server = Minatod(*flags)
        self.addCleanup(server.kill)
        return server

    def test_answers_in_what_the_client_takes(self):
        server = self.start()
        plain = server.request("GET", "/", headers={"Accept": "text/html"})
        self.assertIsNone(plain.headers["content-encoding"])
        for coding in codings_of_curl():
            for version in ["--http1.1", "--http2-prior-knowledge"]:
                status, headers, body = curl(server.http, "/", version, "-H", "accept: text/html", "-H",
                                             f"accept-encoding: {coding}")
                self.assertEqual((status, headers["content-encoding"], body), (200, coding, plain.text))
                self.assertLess(int(headers["content-length"]), len(plain.bytes))
        short = server.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((short.text, short.headers["content-encoding"]), ("Hello, world!", None))

    def test_reads_bodies_in_what_the_client_sends(self):
        server = self.start("--request_bytes_max=100000")
        body = json.dumps({"name": "Ada", "email": "ada@example.com"}).encode()

        def post(coding, body):
            return server.request("POST", "/v1/users", body, {"Content-Encoding": coding})

        created = post("gzip", gzip.compress(body))
        self.assertEqual((created.status, created.json["name"]), (201, "Ada"))
        self.assertEqual(post("deflate", zlib.compress(body[:-1])).status, 400)
        damaged = post("gzip", gzip.compress(body)[:-1])
        self.assertEqual((damaged.status, damaged.json["error"]), (400, "the request body ends before its gzip does"))
        bomb = post("gzip", gzip.compress(b" " * 10_000_000))
        self.assertEqual((bomb.status, bomb.json["error"]),
                         (413, "the request body decodes to more than 100000 bytes (body_bytes_max)"))
        unknown = post("compress", body)
        self.assertEqual((unknown.status, unknown.headers["accept-encoding"]), (415, "zstd, br, gzip, deflate"))

    def test_leaves_all_of_it_alone_without_the_flag(self):
        server = self.start("--content_coding=false")
        plain = server.request("GET", "/", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
        self.assertIsNone(plain.headers["content-encoding"])
        self.assertEqual(server.request("POST", "/v1/users", gzip.compress(b"{}"), {"Content-Encoding": "gzip"}).status,
                         400)


class GatewayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.descriptors, cls.item = compile_proto(cls.folder)

    def setUp(self):
        self.upstream = self.start_upstream()

    def start_upstream(self, *options):
        upstream = Upstream(self.item, *options)
        self.addCleanup(upstream.server.stop, None)
        self.addCleanup(upstream.more.set)
        return upstream

    def start(self, *flags):
        gateway = Program(GATEWAY, "--workers=1", *flags)
        self.addCleanup(gateway.kill)
        return int(gateway.wait_for(r"^http  127\.0\.0\.1:(\d+)$").group(1))

    def by_config(self, *flags):
        path = os.path.join(self.folder, "envoy.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(bootstrap(self.descriptors, self.upstream.port), file)
        return self.start("--config", path, *flags)

    def each_gateway(self):
        """The port of each, and whether it is preset envoy."""
        yield self.start(f"--descriptor_set={self.descriptors}", f"--upstream=127.0.0.1:{self.upstream.port}",
                         "--listen=127.0.0.1:0"), False
        yield self.by_config("--extensions=message_compression,content_coding"), True

    def test_compressed_messages_become_json(self):
        for port, is_envoy in self.each_gateway():
            got = request(port, "GET", "/items/7", grpc_accept_encoding="snappy")
            self.assertEqual((got.status, got.json), (200, {"id": "7", "text": TEXT}))
            if not is_envoy:
                self.assertEqual([name for name in got.headers if name.lower().startswith("grpc-")], [])
            else:
                self.assertEqual(got.headers["grpc-encoding"], "gzip")  # it came compressed

    def test_without_the_extensions_all_is_as_in_envoy(self):
        refused = request(self.by_config(), "GET", "/items/7")
        self.assertEqual((refused.status, refused.text), (502, "Unsupported gRPC frame flag: 1"))
        self.upstream = self.start_upstream(grpc.Compression.NoCompression)
        port = self.by_config()
        plain = request(port, "GET", "/items/7", accept_encoding="gzip")
        self.assertEqual((plain.status, plain.json["text"], plain.headers["vary"]), (200, TEXT, None))
        self.assertEqual(request(port, "POST", "/items", gzip.compress(b"{}"), content_encoding="gzip").status, 400)

    def test_answers_are_encoded(self):
        for port, _ in self.each_gateway():
            plain = request(port, "GET", "/items/7", accept_encoding="identity")
            self.assertEqual(plain.headers["vary"], "accept-encoding")
            for coding in codings_of_curl():
                for version in ["--http1.1", "--http2-prior-knowledge"]:
                    status, headers, body = curl(port, "/items/7", version, "-H", f"accept-encoding: {coding}")
                    self.assertEqual((status, headers["content-encoding"], body), (200, coding, plain.text))
                    self.assertLess(int(headers["content-length"]), 300)

    def test_each_message_of_a_stream_arrives_by_itself(self):
        for port, _ in self.each_gateway():
            self.upstream.more.clear()
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/watch", headers={"Accept-Encoding": "gzip"})
                response = connection.getresponse()
                self.assertEqual(response.headers["content-encoding"], "gzip")
                decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
                got = ""
                while not got.endswith("}"):
                    got += decoder.decompress(response.read1()).decode()
                self.assertEqual(json.loads(got + "]"), [{"id": "1", "text": TEXT}])
                self.upstream.more.set()
                got += decoder.decompress(response.read()).decode()
                self.assertTrue(decoder.eof)
                self.assertEqual([item["id"] for item in json.loads(got)], ["1", "2"])

    def test_bodies_are_decoded(self):
        one = json.dumps({"id": "7", "text": TEXT}).encode()
        many = json.dumps([{"text": str(number)} for number in range(1000)]).encode()
        for port, is_envoy in self.each_gateway():
            put = request(port, "POST", "/items", gzip.compress(one), content_encoding="gzip")
            self.assertEqual((put.status, put.json), (200, json.loads(one)), put.text)
            chunks = iter([gzip.compress(many)[:100], gzip.compress(many)[100:]])
            imported = request(port, "POST", "/import", chunks, content_encoding="gzip")
            self.assertEqual(imported.json["text"], " ".join(str(number) for number in range(1000)))
            self.assertEqual(request(port, "POST", "/items", one, content_encoding="gzip").status, 400)
            bomb = gzip.compress(b" " * 100_000_000)
            for path in ["/items", "/import"]:
                self.assertEqual(request(port, "POST", path, bomb, content_encoding="gzip").status, 413, path)
            unknown = request(port, "POST", "/items", one, content_encoding="snappy")
            self.assertEqual((unknown.status, unknown.headers["accept-encoding"]), (415, "zstd, br, gzip, deflate"))
            self.assertEqual(unknown.headers["content-type"], "text/plain" if is_envoy else "application/json")


if __name__ == "__main__":
    unittest.main()
