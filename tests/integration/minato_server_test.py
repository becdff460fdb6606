import signal
import unittest
import urllib.error
import urllib.request

import grpc

from tests import cases
from tests import program
from tests.integration import minato_server
from tests.integration import stubs

TIMEOUT_SECONDS = 30


def admin(server, path):
    url = f"http://127.0.0.1:{server.admin}{path}"
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
        return answer.status


class MinatoServerTest(unittest.TestCase):
    """The program minato-server, from its start to its exit code."""

    def assert_ends_at_once(self, command, line):
        with program.Program(*command) as ended:
            self.assertEqual(ended.wait(), 1, ended.output)
            self.assertRegex(ended.output, line)
            self.assertEqual(len(ended.output.splitlines()), 1, ended.output)

    def test_it_serves_grpc_and_admin_pages_until_sigterm_and_ends_with_0(self):
        with minato_server.MinatoServer() as server:
            self.assertEqual(admin(server, "/healthz"), 200)
            self.assertEqual(admin(server, "/ready"), 200)
            self.assertEqual(admin(server, "/stats"), 200)
            with grpc.insecure_channel(f"127.0.0.1:{server.grpc}") as channel:
                users = stubs.UserStub(channel)
                created = users.CreateUser(stubs.user.CreateUserRequest(
                    user={"name": "Ann", "email": "ann@example.com"}), timeout=TIMEOUT_SECONDS)
                get = stubs.user.GetUserRequest(id=created.id)
                self.assertEqual(users.GetUser(get, timeout=TIMEOUT_SECONDS), created)
            self.assertEqual(server.stop(signal.SIGTERM), 0, server.output)
            with self.assertRaises(urllib.error.URLError):
                admin(server, "/healthz")

    def test_it_ends_with_0_by_sigint_while_a_call_waits(self):
        with minato_server.MinatoServer("--data_delay=1s") as server:
            with grpc.insecure_channel(f"127.0.0.1:{server.grpc}") as channel:
                data = stubs.DataStub(channel)
                call = data.FetchData.future(stubs.data.FetchDataRequest(), timeout=TIMEOUT_SECONDS)
                with self.assertRaises(grpc.FutureTimeoutError):
                    call.result(timeout=0.2)
                self.assertEqual(server.stop(signal.SIGINT), 0, server.output)
                self.assertTrue(call.result().data)

    def test_a_port_that_is_taken_is_one_line_of_error(self):
        with minato_server.MinatoServer() as first:
            grpc_taken = f"--grpc_address=127.0.0.1:{first.grpc}"
            self.assert_ends_at_once(
                minato_server.command(grpc_taken),
                rf"^minato-server: cannot listen on 127\.0\.0\.1:{first.grpc}: Address already in use$")
            admin_taken = f"--admin_address=127.0.0.1:{first.admin}"
            self.assert_ends_at_once(
                minato_server.command(admin_taken), rf"^minato-server: .*127\.0\.0\.1:{first.admin}.* in use")

    def test_a_setting_that_is_wrong_is_one_line_that_names_its_flag(self):
        feed = "--stock_url_template=http://127.0.0.1:9/{symbol}"
        self.assert_ends_at_once(
            minato_server.command(feed, "--stock_price_pointer=price"), r"^minato-server: --stock_price_pointer: ")
        self.assert_ends_at_once(
            minato_server.command("--stock_url_template=http://127.0.0.1:9/"),
            r"^minato-server: --stock_url_template: ")
        self.assert_ends_at_once(
            minato_server.command("--task_retention=-1s"), r"^minato-server: --task_retention: ")


if __name__ == "__main__":
    cases.main()
