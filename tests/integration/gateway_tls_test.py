"""minato-gateway behind and before TLS: curl, a gateway that decrypts, and one behind it that verifies and is verified."""

import json
import os
import subprocess
import tempfile
import unittest
import urllib.request

from tests.program import Program

GATEWAY = "gateway/minato-gateway"
TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3."
MANAGER = ("type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
           "HttpConnectionManager")
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
HTTP2 = {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    "explicit_http_config": {"http2_protocol_options": {}}}}


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Certificates:
    """A certificate that vouches for itself, and so for whom it was made."""

    def __init__(self, folder, name):
        self.chain = os.path.join(folder, name + ".pem")
        self.key = os.path.join(folder, name + ".key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-days", "2",
                "-keyout", self.key, "-out", self.chain)

    def context(self, **more):
        return {"tls_certificates": [{"certificate_chain": {"filename": self.chain},
                                      "private_key": {"filename": self.key}}], **more}


def trusting(certificates, name):
    return {"validation_context": {
        "trusted_ca": {"filename": certificates.chain},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": name}}]}}


def listener(route, downstream):
    manager = {"@type": MANAGER, "stat_prefix": "x",
               "route_config": {"name": "r", "virtual_hosts": [
                   {"name": "v", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, **route}]}]},
               "http_filters": [{"name": "router", "typed_config": {"@type": ROUTER}}]}
    return {"name": "l", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
            "filter_chains": [{
                "filters": [{"name": "http", "typed_config": manager}],
                "transport_socket": {"name": "tls", "typed_config": {
                    "@type": TLS + "DownstreamTlsContext", **downstream}}}]}


def cluster(port, upstream):
    return {"name": "c", "type": "STATIC", "connect_timeout": "5s", "typed_extension_protocol_options": HTTP2,
            "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [{"endpoint": {
                "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}]}]},
            "transport_socket": {"name": "tls", "typed_config": {"@type": TLS + "UpstreamTlsContext", **upstream}}}


class GatewayTlsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.near = Certificates(self.folder, "near.test")
        self.far = Certificates(self.folder, "far.test")

    def start(self, name, listeners, clusters=(), flags=()):
        """A gateway and its port."""
        path = os.path.join(self.folder, name + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"static_resources": {"listeners": listeners, "clusters": list(clusters)}}, file)
        gateway = Program(GATEWAY, "--config", path, "--workers=1", *flags)
        self.addCleanup(gateway.kill)
        return gateway, int(gateway.wait_for(r"^http  127\.0\.0\.1:(\d+)$").group(1))

    def start_far(self):
        answer = {"direct_response": {"status": 200, "body": {"inline_string": "from afar"}}}
        return self.start("far", [listener(answer, {
            "common_tls_context": self.far.context(alpn_protocols=["h2"], **trusting(self.near, "near.test")),
            "require_client_certificate": True})])[1]

    def start_near(self, port, wanted_name):
        return self.start("near", [listener({"route": {"cluster": "c"}}, {
            "common_tls_context": self.near.context(alpn_protocols=["h2", "http/1.1"])})],
            [cluster(port, {"sni": "far.test",
                            "common_tls_context": self.near.context(**trusting(self.far, wanted_name))})])[1]

    def curl(self, port, *options):
        result = subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code} %{http_version}", "--cacert", self.near.chain,
             "--resolve", f"near.test:{port}:127.0.0.1", *options, f"https://near.test:{port}/"],
            capture_output=True, text=True, timeout=60, check=False)
        return result.stdout + result.stderr

    def test_every_hop_is_encrypted_and_verified(self):
        port = self.start_near(self.start_far(), "far.test")
        self.assertEqual(self.curl(port, "--http1.1"), "from afar\n200 1.1")
        self.assertEqual(self.curl(port, "--http2"), "from afar\n200 2")
        self.assertEqual(self.curl(port, "--http2", "--tls-max", "1.2"), "from afar\n200 2")
        self.assertIn("protocol version", self.curl(port, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"))

    def test_an_upstream_of_another_name_is_not_spoken_to(self):
        answer = self.curl(self.start_near(self.start_far(), "other.test"), "--http1.1")
        self.assertIn("reset reason: remote connection failure, transport failure reason: TLS: certificate verify "
                      "failed: hostname mismatch\n503 1.1", answer)

    def test_health_is_asked_for_under_tls_too(self):
        far = cluster(self.start_far(), {"sni": "far.test", "common_tls_context": self.near.context(
            **trusting(self.far, "far.test"))})
        far["health_checks"] = [{
            "timeout": "5s", "interval": "0.1s", "unhealthy_threshold": 1, "healthy_threshold": 1,
            "http_health_check": {"path": "/", "codec_client_type": "HTTP2"}}]
        gateway, _ = self.start("near", [listener({"route": {"cluster": "c"}}, {
            "common_tls_context": self.near.context()})], [far], ["--admin_address=127.0.0.1:0"])
        port = gateway.wait_for(r"^admin 127\.0\.0\.1:(\d+)$").group(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=30) as stats:
            self.assertEqual(json.load(stats)["cluster.c.membership_healthy"], 1)

    def test_a_certificate_that_is_none_is_a_start_up_error(self):
        with open(self.near.chain, "w", encoding="utf-8") as file:
            file.write("words")
        path = os.path.join(self.folder, "bad.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"static_resources": {"listeners": [listener({"route": {"cluster": "c"}}, {
                "common_tls_context": self.near.context()})], "clusters": [cluster(1, {})]}}, file)
        gateway = Program(GATEWAY, "--config", path)
        self.assertNotEqual(gateway.wait(), 0)
        self.assertIn(self.near.chain + ": no certificate", gateway.output)


if __name__ == "__main__":
    unittest.main()
