import json
import time
import unittest

import websockets.exceptions
import websockets.sync.client

from tests import cases
from tests.integration import minatod


class ContractTest(unittest.TestCase):
    """The routes that programs from outside rely on, row by row, with the default delays."""

    @classmethod
    def setUpClass(cls):
        cls.server = minatod.Minatod()
        cls.addClassCleanup(cls.server.kill)

    def get(self, path, **headers):
        return self.server.request("GET", path, headers=headers)

    def post(self, path, body):
        return self.server.request("POST", path, body)

    def assert_json(self, answer, http_status, **fields):
        self.assertEqual(answer.status, http_status, answer.bytes)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        self.assertLessEqual(fields.items(), answer.json.items(), answer.bytes)
        return answer.json

    def assert_error(self, answer, http_status, name):
        error = self.assert_json(answer, http_status, status=name)
        self.assertTrue(error["error"])
        self.assertIsInstance(error["code"], int)
        self.assertIsInstance(error["details"], list)
        return error

    def assert_accepted(self, answer, message):
        """202 with the message and the id of a task that can be read."""
        task_id = self.assert_json(answer, 202, message=message)["taskId"]
        self.assertEqual(self.get(f"/v1/tasks/{task_id}").status, 200)
        return task_id

    def await_state(self, task_id, state):
        def reached():
            task = self.get(f"/v1/tasks/{task_id}").json
            return task if task["state"] == state else None
        return minatod.eventually(reached, f"task {task_id} in state {state}")

    def test_root_greets_in_plain_text(self):
        answer = self.get("/")
        self.assertEqual((answer.status, answer.text), (200, "Hello, world!"))
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))

    def test_root_shows_a_page_to_a_browser(self):
        answer = self.get("/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/html"))
        self.assertIn("<html", answer.text.lower())

    def test_data_is_fetched_after_its_delay(self):
        started = time.monotonic()
        self.assert_json(self.get("/data"), 200, data="Data fetched!")
        self.assertGreaterEqual(time.monotonic() - started, 2)

    def test_multiple_data_is_fetched_at_once(self):
        started = time.monotonic()
        self.assert_json(self.get("/multiple-data"), 200,
                         data1="Data 1 fetched!", data2="Data 2 fetched!")
        took = time.monotonic() - started
        self.assertTrue(1 <= took < 1.9, took)

    def test_external_data_is_a_json_object(self):
        self.assertIsInstance(self.assert_json(self.get("/external-data"), 200), dict)

    def test_stock_has_its_symbol(self):
        quote = self.assert_json(self.get("/stock/ACME"), 200, symbol="ACME", simulated=True)
        self.assertGreater(int(quote["priceCents"]), 0)
        self.assert_error(self.get("/stock/no%20symbol"), 400, "INVALID_ARGUMENT")

    def test_email_is_sent_in_the_background(self):
        mail = {"to": "ann@example.com", "subject": "Tide", "body": "High at noon."}
        task_id = self.assert_accepted(self.post("/send-email", mail), "Email is being sent")
        self.await_state(task_id, "TASK_STATE_SUCCEEDED")

    def test_email_without_an_address_or_with_a_forged_header_is_refused(self):
        good = {"to": "ann@example.com", "subject": "Tide", "body": "b"}
        for bad in ({"to": "nobody"}, {"to": ""}, {"to": "a@example.com\r\nBcc: b@example.com"},
                    {"subject": "Tide\r\nBcc: b@example.com"}):
            with self.subTest(bad):
                self.assert_error(self.post("/send-email", {**good, **bad}), 400,
                                  "INVALID_ARGUMENT")

    def test_batches_of_any_json_are_processed(self):
        answer = self.post("/process-batch", {"batches": [1, "two", None, [3], {"four": 4}, True]})
        body = self.assert_json(answer, 202, message="Batches are being processed")
        self.assertEqual(len(set(body["taskIds"])), 6)
        for task_id in body["taskIds"]:
            self.await_state(task_id, "TASK_STATE_SUCCEEDED")

    def test_any_object_is_enqueued_and_nothing_else(self):
        task_id = self.assert_accepted(
            self.post("/enqueue-task", {"any": ["object", {"x": None}]}), "Task enqueued")
        self.await_state(task_id, "TASK_STATE_SUCCEEDED")
        self.assert_accepted(self.post("/enqueue-task", {}), "Task enqueued")
        for bad in ([1, 2], 3, "text", None):
            with self.subTest(bad):
                self.assert_error(self.server.request(
                    "POST", "/enqueue-task", json.dumps(bad).encode()), 400, "INVALID_ARGUMENT")

    def test_user_is_created_and_read_under_both_routes(self):
        created = self.post("/v1/users", {"name": "Ann", "email": "ann@example.com"})
        self.assertIn(created.status, (200, 201), created.bytes)
        user = created.json
        self.assertIsInstance(user["id"], str)
        for path in (f"/user/{user['id']}", f"/v1/users/{user['id']}"):
            self.assert_json(self.get(path), 200, id=user["id"], name="Ann",
                             email="ann@example.com")

    def test_user_that_is_absent_or_no_integer_is_refused(self):
        self.assert_error(self.get("/user/999999"), 404, "NOT_FOUND")
        self.assert_error(self.get("/user/ann"), 400, "INVALID_ARGUMENT")

    def test_items_are_processed_under_both_routes(self):
        for path in ("/data", "/process-data"):
            with self.subTest(path):
                self.assert_json(self.post(path, {"items": [1, "two", {"three": []}, None]}), 202,
                                 message="Data processed")

    def test_started_task_fails_and_keeps_its_error(self):
        task_id = self.assert_json(self.get("/start-task"), 202)["taskId"]
        self.assertTrue(self.await_state(task_id, "TASK_STATE_FAILED")["error"])

    def test_retried_data_comes_with_the_third_attempt(self):
        warnings_before = self.server.output.count("attempt")
        started = time.monotonic()
        self.assert_json(self.get("/retry-data"), 200, data="Data fetched!")
        self.assertLess(time.monotonic() - started, 10)
        minatod.eventually(lambda: self.server.output.count("attempt") >= warnings_before + 2,
                           "two logged warnings")

    def connect(self):
        return websockets.sync.client.connect(
            f"ws://127.0.0.1:{self.server.http}/ws", proxy=None, open_timeout=30)

    def test_websocket_answers_each_frame(self):
        with self.connect() as socket:
            for text in ("ahoy", "", "häfen 港", "x" * 70000):
                socket.send(text)
                self.assertEqual(socket.recv(timeout=30), f"Message received: {text}")
            socket.send(b"\x00\xff")
            self.assertEqual(socket.recv(timeout=30), b"Message received: \x00\xff")

    def test_websocket_ends_with_1000(self):
        with self.connect() as socket:
            socket.send("last")
            self.assertEqual(socket.recv(timeout=30), "Message received: last")
            socket.close()
            self.assertEqual(socket.protocol.close_rcvd.code, 1000)

    def test_websocket_route_without_upgrade_says_so(self):
        self.assertEqual(self.get("/ws").status, 426)

    def test_zz_ends_with_code_0_and_nothing_in_flight(self):
        minatod.eventually(lambda: not self.server.in_flight(), "in-flight gauges back at zero")
        self.assertEqual(self.server.stop(), 0, self.server.output)


class FailingSourcesTest(unittest.TestCase):
    """What the routes answer when the deployment makes their sources fail."""

    @classmethod
    def setUpClass(cls):
        cls.server = minatod.Minatod("--data_fails", "--retry_data_fails")
        cls.addClassCleanup(cls.server.kill)

    def assert_failed(self, path):
        answer = self.server.request("GET", path)
        self.assertEqual(answer.status, 500, answer.bytes)
        self.assertEqual(answer.json["status"], "INTERNAL")
        self.assertTrue(answer.json["error"])

    def test_data_that_fails_is_a_500(self):
        self.assert_failed("/data")

    def test_retried_data_that_fails_in_all_attempts_is_a_500(self):
        self.assert_failed("/retry-data")


if __name__ == "__main__":
    cases.main()
