"""minato-gateway by a bootstrap: what --extensions changes about requests, beside what Envoy does with them."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import signal
import tempfile
import unittest

import grpc
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from tests.integration import stubs
from tests.integration.minato_server import MinatoServer
from tests.program import Program

HTTP_MANAGER = ("type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
                "HttpConnectionManager")
FILTERS = "type.googleapis.com/envoy.extensions.filters.http."
HTTP2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def bootstrap(descriptors, upstream):
    transcoder = {"@type": FILTERS + "grpc_json_transcoder.v3.GrpcJsonTranscoder",
                  "proto_descriptor": descriptors, "services": ["minato.user.v1.UserService"]}
    route = {"match": {"prefix": "/"}, "route": {"cluster": "users"}}
    manager = {"@type": HTTP_MANAGER, "stat_prefix": "x",
               "route_config": {"virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [route]}]},
               "http_filters": [{"name": "transcoder", "typed_config": transcoder},
                                {"name": "router", "typed_config": {"@type": FILTERS + "router.v3.Router"}}]}
    address = {"socket_address": {"address": "127.0.0.1", "port_value": upstream}}
    cluster = {"name": "users", "type": "STATIC",
               "typed_extension_protocol_options": {
                   "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                       "@type": HTTP2, "explicit_http_config": {"http2_protocol_options": {}}}},
               "load_assignment": {"cluster_name": "users", "endpoints": [
                   {"lb_endpoints": [{"endpoint": {"address": address}}]}]}}
    listener = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


class Recorder(grpc.GenericRpcHandler):
    """Any method: keeps the request's bytes and answers with an empty message."""

    def __init__(self):
        self.requests = []
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(1), handlers=[self])
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def service(self, details):
        def answer(request, _):
            self.requests.append(request)
            return b""
        return grpc.unary_unary_rpc_method_handler(answer)


class GatewayExtensionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.descriptors = os.path.join(cls.folder, "minato.binpb")
        stubs.write_descriptor_set(cls.descriptors)
        cls.server = MinatoServer()
        cls.addClassCleanup(cls.server.kill)

    def start(self, *flags, descriptors=None, upstream=None):
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".json", delete=False) as file:
            json.dump(bootstrap(descriptors or self.descriptors, upstream or self.server.grpc), file)
        gateway = Program("gateway/minato-gateway", "--config", file.name, "--workers=1", *flags)
        self.addCleanup(gateway.kill)
        return gateway

    def port(self, *flags, **what):
        return int(self.start(*flags, **what).wait_for(r"^http  127\.0\.0\.1:(\d+)$").group(1))

    def request(self, port, method, path, body=None):
        """A body that is bytes goes as it is, a list of bytes in chunks."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            if body is not None and not isinstance(body, (bytes, list)):
                body = json.dumps(body).encode()
            connection.request(method, path, body, encode_chunked=isinstance(body, list),
                               headers={"Transfer-Encoding": "chunked"} if isinstance(body, list) else {})
            return Answer(connection.getresponse())

    def refused(self, port, method, path, body=None):
        """"400 text" of an answer that the gateway gave by itself."""
        answer = self.request(port, method, path, body)
        self.assertEqual(answer.headers["content-type"], "text/plain", answer.text)
        return f"{answer.status} {answer.text}"

    def edited(self, edit):
        """The file of a descriptor set in which `edit` has had its way with user.proto."""
        files = descriptor_pb2.FileDescriptorSet()
        with open(self.descriptors, "rb") as file:
            files.ParseFromString(file.read())
        user = next(file for file in files.file if file.name == "minato/user/v1/user.proto")
        rules = {method.name: method.options.Extensions[annotations_pb2.http] for method in user.service[0].method}
        edit(user, rules)
        with tempfile.NamedTemporaryFile("wb", dir=self.folder, delete=False) as file:
            file.write(files.SerializeToString())
        return file.name, files

    def test_strict_bodies_name_what_is_wrong_in_them(self):
        plain, strict = self.port(), self.port("--extensions=strict_bodies")
        ada = {"name": "Ada", "email": "ada@example.com", "nick": "A"}
        self.assertEqual(self.request(plain, "POST", "/v1/users", ada).json["name"], "Ada")
        self.assertEqual(self.refused(strict, "POST", "/v1/users", ada),
                         "400 user.nick: no such field in minato.user.v1.User (line 1, column 45)")
        single = b"{'name':'Bob',email:'bob@example.com',}"
        self.assertEqual(self.request(plain, "POST", "/v1/users", single).json["name"], "Bob")
        self.assertTrue(self.refused(strict, "POST", "/v1/users", single).startswith("400 user: expected a key in quotes"))
        late = [b'{"name":"Cy","email":', b'"cy@example.com"}', b"\n", b"{}"]
        self.assertEqual(self.refused(strict, "POST", "/v1/users", late),
                         "400 unexpected data after the value (line 2, column 1)")
        self.assertEqual(self.request(plain, "GET", "/v1/users/1", b"{}").status, 200)
        self.assertEqual(self.refused(strict, "GET", "/v1/users/1", b"{}"), "400 GET /v1/users/{id} takes no request body")
        self.assertEqual(self.request(strict, "GET", "/v1/users/1").status, 200)

    def test_strict_paths_tell_what_is_not_there(self):
        plain, strict = self.port(), self.port("--extensions=strict_paths")
        for method, path, refusal in [
                ("GET", "/v1/nowhere", "404 no route matches GET /v1/nowhere"),
                ("PUT", "/v1/users", "405 PUT is not allowed on /v1/users; allowed: GET, HEAD, POST"),
                ("GET", "/v1/users?page=1", '400 unknown query parameter "page": minato.user.v1.ListUsersRequest '
                                            'has no field "page"')]:
            passed = self.request(plain, method, path)
            self.assertNotEqual(passed.text, refusal[4:])
            self.assertEqual(self.refused(strict, method, path), refusal)
        self.assertEqual(self.request(strict, "PUT", "/v1/users").headers["allow"], "GET, HEAD, POST")
        head, get = (self.request(strict, method, "/v1/users") for method in ("HEAD", "GET"))
        self.assertEqual((head.status, head.text, head.headers["content-length"]), (200, "", str(len(get.text))))
        self.assertEqual(self.request(plain, "HEAD", "/v1/users").headers["content-type"], "application/grpc")
        with grpc.insecure_channel(f"127.0.0.1:{strict}") as channel:
            users = stubs.UserStub(channel).ListUsers(stubs.user.ListUsersRequest(), timeout=30)
        self.assertEqual(len(users.users), len(get.json.get("users", [])))

    def test_update_mask_comes_from_the_body(self):
        recorder = Recorder()
        self.addCleanup(recorder.server.stop, None)
        for flags, paths in [([], []), (["--extensions=update_mask"], ["name", "etag"])]:
            port = self.port(*flags, upstream=recorder.port)
            self.assertEqual(self.request(port, "PATCH", "/v1/users/7", {"name": "N", "etag": "e"}).status, 200)
            sent = stubs.user.UpdateUserRequest.FromString(recorder.requests[-1])
            self.assertEqual((sent.user.id, sent.user.name, list(sent.update_mask.paths)), (7, "N", paths))
        masked = self.request(port, "PATCH", "/v1/users/7?update_mask=email", {"name": "N"})
        self.assertEqual(masked.status, 200)
        sent = stubs.user.UpdateUserRequest.FromString(recorder.requests[-1])
        self.assertEqual(list(sent.update_mask.paths), ["email"])
        # And by the server itself: what the body does not mention stays.
        port = self.port("--extensions=update_mask")
        made = self.request(port, "POST", "/v1/users", {"name": "Eve", "email": "eve@example.com"}).json
        changed = self.request(port, "PATCH", f"/v1/users/{made['id']}", {"name": "Eva"}).json
        self.assertEqual((changed["name"], changed["email"]), ("Eva", "eve@example.com"))

    def test_response_body_may_be_any_field(self):
        def edit(_, rules):
            rules["ListUsers"].response_body = "users"
        descriptors, _ = self.edited(edit)
        plain = self.start(descriptors=descriptors)
        self.assertEqual(plain.wait(), 1)
        self.assertIn('Setting "response_body" is not supported yet for non-HttpBody fields: users', plain.output)
        port = self.port("--extensions=response_body", descriptors=descriptors)
        self.request(port, "POST", "/v1/users", {"name": "Flo", "email": "flo@example.com"})
        self.assertIn("Flo", [user["name"] for user in self.request(port, "GET", "/v1/users?page_size=1000").json])

    def test_query_maps_set_entries(self):
        def edit(user, _):
            request = next(message for message in user.message_type if message.name == "ListUsersRequest")
            entry = request.nested_type.add(name="LabelsEntry")
            entry.options.map_entry = True
            optional, repeated, string, message = 1, 3, 9, 11
            entry.field.add(name="key", number=1, label=optional, type=string, json_name="key")
            entry.field.add(name="value", number=2, label=optional, type=string, json_name="value")
            request.field.add(name="labels", number=15, label=repeated, type=message, json_name="labels",
                              type_name=".minato.user.v1.ListUsersRequest.LabelsEntry")
        descriptors, files = self.edited(edit)
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        request = message_factory.GetMessageClass(pool.FindMessageTypeByName("minato.user.v1.ListUsersRequest"))
        recorder = Recorder()
        self.addCleanup(recorder.server.stop, None)
        port = self.port("--extensions=query_maps,strict_paths", descriptors=descriptors, upstream=recorder.port)
        query = "labels.a=1&labels[b.c]=2&labels%5Bd%20e%5D=3&labels.a=4"
        self.assertEqual(self.request(port, "GET", "/v1/users?" + query).status, 200)
        self.assertEqual(dict(request.FromString(recorder.requests[-1]).labels), {"a": "4", "b.c": "2", "d e": "3"})
        self.assertEqual(self.refused(port, "GET", "/v1/users?labels.b.c=2"),
                         '400 query parameter "labels.b.c": a key with a dot in it stands in brackets, as in labels[b.c]')
        plain = self.port(descriptors=descriptors, upstream=recorder.port)
        self.request(plain, "GET", "/v1/users?labels.key=k&labels.value=v")
        self.assertEqual(dict(request.FromString(recorder.requests[-1]).labels), {"key": "k", "value": "v"})

    def test_rules_that_cannot_be_reached_are_warned_of(self):
        def edit(_, rules):
            rules["ListUsers"].additional_bindings.add(get="/v1/users/{page_token}")
            rules["DeleteUser"].additional_bindings.add(delete="/v1/gone/{nothing}")
        descriptors, _ = self.edited(edit)
        conflict = (r'minato\.user\.v1\.UserService\.ListUsers: GET "/v1/users/{page_token}": the same method and path '
                    r'shape /v1/users/\* as minato\.user\.v1\.UserService\.GetUser has with "/v1/users/{id}"; '
                    r'neither can be reached')
        nothing = (r'minato\.user\.v1\.UserService\.DeleteUser: DELETE "/v1/gone/{nothing}": variable nothing: '
                   r'Could not find field "nothing" in the type "minato\.user\.v1\.DeleteUserRequest"\.')
        check = self.start("--check", descriptors=descriptors)
        self.assertEqual(check.wait(), 0)
        for text in (conflict, nothing):
            self.assertRegex(check.output, r"warning: \S+:1: \S+: " + text)
        gateway = self.start(descriptors=descriptors)
        gateway.wait_for(conflict)
        gateway.wait_for(nothing)
        gateway.wait_for("^http ")
        os.kill(gateway.pid, signal.SIGHUP)
        gateway.wait_for("SIGHUP: serving as .* says now")
        self.assertEqual(len(re.findall(conflict, gateway.output)), 2)
        silent = self.start("--check")
        self.assertEqual(silent.wait(), 0)
        self.assertNotIn("warning:", silent.output)


if __name__ == "__main__":
    unittest.main()
