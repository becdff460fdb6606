"""What clients of minato-gateway are told of errors: in every shape, whoever found them, and in the middle of streams."""

import contextlib
import http.client
import json
import os
import socket
import tempfile
import threading
import unittest
from concurrent import futures

import grpc
from google.rpc import status_pb2

from tests.integration import descriptor_set
from tests.program import Program

PROTO = """
syntax = "proto3";
package errors.test;
import "google/api/annotations.proto";
message Note { int64 id = 1; }
message Reason { string reason = 1; }
service Notes {
  rpc GetNote(Note) returns (Note) { option (google.api.http) = {get: "/notes/{id}"}; }
  rpc ListNotes(Note) returns (stream Note) { option (google.api.http) = {get: "/notes"}; }
  rpc WatchNotes(Note) returns (stream Note) { option (google.api.http) = {get: "/watch"}; }
  rpc GetLost(Note) returns (Note) { option (google.api.http) = {get: "/lost/{id}"}; }
}
"""
FILTERS = "type.googleapis.com/envoy.extensions.filters."
HTTP2 = {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {}}}}
SHAPES = ["flat", "status", "aip193", "rfc9457"]
NAMES = {3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 13: "INTERNAL", 14: "UNAVAILABLE"}
TITLES = {400: "Bad Request", 404: "Not Found", 431: "Request Header Fields Too Large", 503: "Service Unavailable"}

KNOWN = {"@type": "type.googleapis.com/errors.test.Reason", "reason": "GONE"}
UNKNOWN = {"@type": "type.googleapis.com/x.Y", "value": "YWI="}


def bad_request(message):
    field, description = message.split(": ", 1)
    return {"@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": description}]}


def get_note(request, context):
    """The id says what happens: 1 is there, 2 fails without a head, 3 behind one."""
    if request == b"\x08\x01":
        return request
    if request == b"\x08\x03":
        context.send_initial_metadata(())
    status = status_pb2.Status(code=5, message='no "note"')
    status.details.add(type_url=KNOWN["@type"], value=b"\x0a\x04GONE")
    status.details.add(type_url=UNKNOWN["@type"], value=b"ab")
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.NOT_FOUND, status.message)


def list_notes(_, context):
    yield b"\x08\x01"
    context.abort(grpc.StatusCode.INTERNAL, "worn out")


def watch_notes(_, context):
    yield b"\x08\x01"
    ended = threading.Event()
    if context.add_callback(ended.set):
        ended.wait()


def start_upstream():
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("errors.test.Notes", {
        "GetNote": grpc.unary_unary_rpc_method_handler(get_note),
        "ListNotes": grpc.unary_stream_rpc_method_handler(list_notes),
        "WatchNotes": grpc.unary_stream_rpc_method_handler(watch_notes)})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def nobodys_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cluster(name, port):
    endpoint = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}
    return {"name": name, "type": "STATIC", "typed_extension_protocol_options": HTTP2,
            "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}}


def expected(shape, status, code, message, details):
    """Content type and body of an error."""
    name = NAMES[code]
    body = {
        "flat": {"error": message, "code": code, "status": name, "details": details},
        "status": {"code": code, "message": message, "details": details},
        "aip193": {"error": {"code": status, "message": message, "status": name, "details": details}},
        "rfc9457": {"type": "about:blank", "title": TITLES.get(status, ""), "status": status, "detail": message,
                    "code": code, "grpcStatus": name, "details": details},
    }[shape]
    return "application/problem+json" if shape == "rfc9457" else "application/json", body


class GatewayErrorsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.descriptors = descriptor_set.write(cls.folder, "notes", PROTO)
        cls.server, cls.upstream = start_upstream()
        cls.addClassCleanup(cls.server.stop, None)

    def bootstrap(self, transcoder):
        routes = [{"match": {"prefix": "/errors.test.Notes" + path}, "route": {"cluster": name, "timeout": timeout}}
                  for path, name, timeout in [("/GetLost", "nobody", "15s"), ("/Watch", "grpc", "1s"), ("", "grpc", "15s")]]
        manager = {
            "@type": FILTERS + "network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "x",
            "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": routes}]},
            "http_filters": [
                {"name": "transcoder", "typed_config": {
                    "@type": FILTERS + "http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
                    "proto_descriptor": self.descriptors, "services": ["errors.test.Notes"], **transcoder}},
                {"name": "router", "typed_config": {"@type": FILTERS + "http.router.v3.Router"}}]}
        return {"static_resources": {
            "listeners": [{"name": "l", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                           "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}],
            "clusters": [cluster("grpc", self.upstream), cluster("nobody", nobodys_port())]}}

    def start(self, *flags):
        gateway = Program("gateway/minato-gateway", "--workers=1", *flags)
        self.addCleanup(gateway.kill)
        return gateway

    def serve(self, *flags, **transcoder):
        """The port of a gateway with a bootstrap."""
        path = os.path.join(tempfile.mkdtemp(dir=self.folder), "envoy.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.bootstrap(transcoder), file)
        return self.port_of(self.start("--config", path, *flags))

    def serve_by_flags(self, *flags):
        return self.port_of(self.start(f"--descriptor_set={self.descriptors}", "--listen=127.0.0.1:0",
                                       f"--upstream=127.0.0.1:{self.upstream}", *flags))

    def port_of(self, gateway):
        return int(gateway.wait_for(r"^http\s+127\.0\.0\.1:(\d+)").group(1))

    def get(self, port, path, headers=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response, response.read()

    def check(self, port, shape, path, status, code, message, details=(), headers=None):
        response, body = self.get(port, path, headers)
        what = (shape, path, body)
        self.assertEqual(response.status, status, what)
        content_type, wanted = expected(shape, status, code, message, list(details))
        self.assertEqual(response.getheader("content-type"), content_type, what)
        self.assertEqual(json.loads(body), wanted)
        self.assertEqual([name for name, _ in response.getheaders() if name.startswith("grpc-")], [], what)

    def test_every_error_has_the_one_shape(self):
        for shape in SHAPES:
            port = self.serve(f"--error_shape={shape}")
            message = self.message_of(port, "/notes/x")
            self.check(port, shape, "/notes/x", 400, 3, message, [bad_request(message)])
            self.check(port, shape, "/nowhere", 404, 5, "no route matches GET /nowhere")
            for note in ("2", "3"):
                self.check(port, shape, f"/notes/{note}", 404, 5, 'no "note"', [KNOWN, UNKNOWN])
            self.check(port, shape, "/lost/1", 503, 14, self.message_of(port, "/lost/1"))
            large = {"x-large": "a" * 70000}
            self.check(port, shape, "/notes/1", 431, 3, self.message_of(port, "/notes/1", large), headers=large)
            self.assertEqual(self.get(port, "/notes/1")[1], b'{"id":"1"}')

    def message_of(self, port, path, headers=None):
        """What an error says, which is the same in every shape: some word of it is enough to know it by."""
        told = json.loads(self.get(port, path, headers)[1])
        message = told.get("message") or told.get("detail") or told["error"]
        message = message["message"] if isinstance(message, dict) else message
        words = {"/notes/x": "x", "/lost/1": "remote connection failure", "/notes/1": "the request head is larger than 61440 bytes"}
        self.assertIn(words[path], message)
        return message

    def test_by_flags_the_shapes_are_the_same(self):
        for shape in SHAPES:
            port = self.serve_by_flags(f"--error_shape={shape}")
            self.check(port, shape, "/nowhere", 404, 5, "no route matches GET /nowhere")
            for note in ("2", "3"):
                self.check(port, shape, f"/notes/{note}", 404, 5, 'no "note"', [KNOWN, UNKNOWN])
            large = {"x-large": "a" * 70000}
            self.check(port, shape, "/notes/1", 431, 3, self.message_of(port, "/notes/1", large), headers=large)
        port = self.serve_by_flags()
        self.check(port, "flat", "/nowhere", 404, 5, "no route matches GET /nowhere")

    def test_without_a_shape_errors_are_envoys(self):
        port = self.serve()
        response, body = self.get(port, "/lost/1")
        self.assertEqual((response.status, response.getheader("content-type")), (503, "text/plain"))
        self.assertTrue(body.startswith(b"upstream connect error"), body)
        response, body = self.get(port, "/notes/2")
        self.assertEqual((response.status, response.getheader("grpc-status"), body), (404, "5", b""))

    def test_a_query_without_a_content_type_is_refused(self):
        port = self.serve()
        for headers in ({}, {"content-type": ""}):
            response, body = self.get(port, "/notes/1", headers, "QUERY")
            self.assertEqual((response.status, response.getheader("connection"), body), (400, "close", b""))
        response, _ = self.get(port, "/notes/1", {"content-type": "x"}, "QUERY")
        self.assertEqual(response.status, 404)

    def test_unknown_details_do_not_cancel_a_conversion(self):
        _, body = self.get(self.serve(convert_grpc_status=True), "/notes/2")
        self.assertEqual(body, b"")
        _, body = self.get(self.serve("--extensions=unknown_details", convert_grpc_status=True), "/notes/2")
        self.assertEqual(json.loads(body), {"code": 5, "message": 'no "note"', "details": [KNOWN, UNKNOWN]})

    def cut(self, port, path="/notes"):
        with self.assertRaises(http.client.IncompleteRead) as cut:
            self.get(port, path)
        return cut.exception.partial

    def test_a_stream_says_that_it_failed(self):
        told = b'{"code":13,"message":"worn out","details":[]}'
        flags = "--extensions=stream_errors"
        self.assertEqual(self.get(self.serve(), "/notes")[1], b'[{"id":"1"}]')
        self.assertEqual(self.cut(self.serve(flags)), b'[{"id":"1"},' + told)
        lines = self.serve(flags, print_options={"stream_newline_delimited": True, "add_whitespace": True})
        self.assertEqual(self.get(lines, "/notes")[1], b'{"id":"1"}\n' + told + b"\n")
        events = self.serve(flags, print_options={"stream_sse_style_delimited": True, "add_whitespace": True})
        response, body = self.get(events, "/notes")
        self.assertEqual(response.getheader("content-type"), "text/event-stream")
        self.assertEqual(body, b'data: {"id":"1"}\n\nevent: error\ndata: ' + told + b"\n\n")

    def test_a_stream_says_that_its_time_has_passed(self):
        self.assertEqual(self.cut(self.serve("--extensions=stream_errors"), "/watch"),
                         b'[{"id":"1"},{"code":4,"message":"upstream request timeout","details":[]}')

    def test_a_stream_says_that_it_failed_by_flags_too(self):
        self.assertEqual(self.cut(self.serve_by_flags()),
                         b'[{"id":"1"},{"error":"worn out","code":13,"status":"INTERNAL","details":[]}')

    def test_says_what_is_wrong_with_the_flag(self):
        for flags, text in [
                (["--error_shape=json"], 'minato-gateway: --error_shape: unknown name "json"; there are: envoy flat'),
                (["--error_shape=envoy"], "minato-gateway: --error_shape=envoy: needs --config"),
        ]:
            gateway = self.start(f"--descriptor_set={self.descriptors}", "--listen=127.0.0.1:0", *flags)
            self.assertEqual(gateway.wait(), 1, flags)
            self.assertIn(text, gateway.output)


if __name__ == "__main__":
    unittest.main()
