import json
import subprocess
import unittest

from tests import cases
from tests import program
from tests.integration import minatod


class GrpcurlTest(unittest.TestCase):
    """grpcurl knows the services by reflection alone."""

    @classmethod
    def setUpClass(cls):
        cls.server = minatod.Minatod()
        cls.addClassCleanup(cls.server.kill)

    def grpcurl(self, *arguments, data=None):
        command = ["../test_tools/grpcurl", "-plaintext"]
        if data is not None:
            command += ["-d", "@"]
        address, *symbol = f"127.0.0.1:{self.server.grpc}", *arguments
        run = subprocess.run(
            [*command, address, *symbol], input=data or "", text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=program.PATIENCE_SECONDS)
        self.assertEqual(run.returncode, 0, run.stdout)
        return run.stdout

    def call(self, method, request):
        return json.loads(self.grpcurl(method, data=json.dumps(request)))

    def test_lists_every_service(self):
        listed = self.grpcurl("list").split()
        for service in ("chat.v1.Chat", "data.v1.Data", "stock.v1.Stock", "task.v1.Task",
                        "user.v1.User"):
            self.assertIn(f"minato.{service}Service", listed)
        self.assertIn("grpc.health.v1.Health", listed)
        self.assertIn("grpc.reflection.v1.ServerReflection", listed)

    def test_describes_a_method_with_its_route(self):
        described = self.grpcurl("describe", "minato.user.v1.UserService.GetUser")
        self.assertIn("/v1/users/{id}", described)

    def test_health_is_serving(self):
        self.assertEqual(self.call("grpc.health.v1.Health/Check", {}), {"status": "SERVING"})

    def test_calls_the_user_service(self):
        created = self.call("minato.user.v1.UserService/CreateUser",
                            {"user": {"name": "Ann", "email": "ann@example.com"}})
        read = self.call("minato.user.v1.UserService/GetUser", {"id": created["id"]})
        self.assertEqual(read, created)

    def test_calls_the_data_service(self):
        answer = self.call("minato.data.v1.DataService/FetchData", {"name": "data1"})
        self.assertEqual(answer, {"data": "Data 1 fetched!"})

    def test_calls_the_stock_service(self):
        self.assertEqual(self.call("minato.stock.v1.StockService/GetQuote",
                                   {"symbol": "ACME"})["symbol"], "ACME")

    def test_calls_the_task_service(self):
        answer = self.call("minato.task.v1.TaskService/EnqueueTask", {"payload": {"a": 1}})
        self.assertEqual(answer["message"], "Task enqueued")

    def test_calls_the_chat_service_streaming_both_ways(self):
        requests = [{"join": {"room": "quay", "name": "Ann"}},
                    {"send": {"room": "quay", "text": "Ahoy", "requestId": "r"}},
                    {"leave": {"room": "quay"}}]
        said = self.grpcurl("minato.chat.v1.ChatService/Chat",
                            data="\n".join(map(json.dumps, requests)))
        for event in ('"joined"', '"acknowledged"', '"left"'):
            self.assertIn(event, said)

    def test_zz_ends_with_code_0(self):
        self.assertEqual(self.server.stop(), 0, self.server.output)


if __name__ == "__main__":
    cases.main()
