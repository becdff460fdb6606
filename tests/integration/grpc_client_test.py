import json
import os
import queue
import unittest

import grpc
from google.api import httpbody_pb2
from google.protobuf import field_mask_pb2
from google.protobuf import struct_pb2

from tests import cases
from tests.integration import minatod
from tests.integration import stubs

TIMEOUT_SECONDS = 30


class Outgoing:
    """The requests of one stream, sent as they are put; None half-closes."""

    def __init__(self):
        self._queue = queue.SimpleQueue()
        self.send = self._queue.put

    def __iter__(self):
        return iter(self._queue.get, None)


class GrpcClientTest(unittest.TestCase):
    """A generated Python client against the gRPC port of a real minatod."""

    @classmethod
    def setUpClass(cls):
        cls.server = minatod.Minatod()
        cls.addClassCleanup(cls.server.kill)
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{cls.server.grpc}")
        cls.addClassCleanup(cls.channel.close)

    def assert_code(self, code, call, request):
        with self.assertRaises(grpc.RpcError) as raised:
            call(request, timeout=TIMEOUT_SECONDS)
        self.assertEqual(raised.exception.code(), code)
        return raised.exception.details()

    def test_user_is_created_read_listed_changed_and_deleted(self):
        stub = stubs.UserStub(self.channel)
        created = stub.CreateUser(stubs.user.CreateUserRequest(
            user={"name": "Ann", "email": "ann@example.com"}), timeout=TIMEOUT_SECONDS)
        self.assertGreater(created.id, 0)
        get = stubs.user.GetUserRequest(id=created.id)
        self.assertEqual(stub.GetUser(get, timeout=TIMEOUT_SECONDS), created)
        self.assert_code(grpc.StatusCode.ALREADY_EXISTS, stub.CreateUser, stubs.user.CreateUserRequest(
            user={"name": "Other", "email": "ANN@example.com"}))

        changed = stub.UpdateUser(stubs.user.UpdateUserRequest(
            user={"id": created.id, "name": "Anna", "etag": created.etag},
            update_mask=field_mask_pb2.FieldMask(paths=["name"])), timeout=TIMEOUT_SECONDS)
        self.assertEqual((changed.name, changed.email), ("Anna", "ann@example.com"))
        self.assertEqual(stub.GetUser(get, timeout=TIMEOUT_SECONDS).name, "Anna")
        self.assert_code(grpc.StatusCode.ABORTED, stub.UpdateUser, stubs.user.UpdateUserRequest(
            user={"id": created.id, "name": "Late", "etag": created.etag}))

        stub.DeleteUser(stubs.user.DeleteUserRequest(id=created.id), timeout=TIMEOUT_SECONDS)
        self.assert_code(grpc.StatusCode.NOT_FOUND, stub.GetUser, get)

    def test_user_pages_hold_everybody_once(self):
        stub = stubs.UserStub(self.channel)
        made = [stub.CreateUser(stubs.user.CreateUserRequest(
            user={"name": f"P{i}", "email": f"p{i}@example.com"}), timeout=TIMEOUT_SECONDS).id
                for i in range(5)]
        seen, token = [], ""
        while True:
            page = stub.ListUsers(stubs.user.ListUsersRequest(page_size=2, page_token=token),
                                  timeout=TIMEOUT_SECONDS)
            self.assertLessEqual(len(page.users), 2)
            seen += [user.id for user in page.users]
            token = page.next_page_token
            if not token:
                break
        self.assertEqual(seen, sorted(set(seen)))
        self.assertLessEqual(set(made), set(seen))

    def test_data_comes_from_one_source_from_two_and_after_retries(self):
        stub = stubs.DataStub(self.channel)
        fetched = stub.FetchData(stubs.data.FetchDataRequest(name="data1"), timeout=TIMEOUT_SECONDS)
        self.assertEqual(fetched.data, "Data 1 fetched!")
        both = stub.FetchMultiple(stubs.data.FetchMultipleRequest(), timeout=TIMEOUT_SECONDS)
        self.assertEqual((both.data1, both.data2), ("Data 1 fetched!", "Data 2 fetched!"))
        retried = stub.RetryFetch(stubs.data.RetryFetchRequest(), timeout=TIMEOUT_SECONDS)
        self.assertEqual((retried.data, retried.attempts), ("Data fetched!", 3))
        self.assert_code(grpc.StatusCode.NOT_FOUND, stub.FetchData,
                         stubs.data.FetchDataRequest(name="nowhere"))

    def test_data_batch_answers_each_name_in_order(self):
        results = stubs.DataStub(self.channel).BatchFetch(
            stubs.data.BatchFetchRequest(names=["data1", "nowhere", "data2"]),
            timeout=TIMEOUT_SECONDS).results
        self.assertEqual([result.name for result in results], ["data1", "nowhere", "data2"])
        self.assertEqual(results[0].data, "Data 1 fetched!")
        self.assertEqual(results[1].error.code, grpc.StatusCode.NOT_FOUND.value[0])

    def test_data_from_the_external_api_is_its_bytes(self):
        body = stubs.DataStub(self.channel).FetchExternal(
            stubs.data.FetchExternalRequest(), timeout=TIMEOUT_SECONDS)
        self.assertTrue(body.content_type.startswith("application/json"), body.content_type)
        self.assertIsInstance(json.loads(body.data), dict)

    def test_data_items_are_counted(self):
        items = [struct_pb2.Value(number_value=i) for i in range(100)]
        answer, call = stubs.DataStub(self.channel).ProcessItems.with_call(
            stubs.data.ProcessItemsRequest(items=items), timeout=TIMEOUT_SECONDS)
        self.assertEqual((answer.message, answer.processed_count), ("Data processed", 100))
        self.assertEqual(dict(call.initial_metadata()).get("minato-http-status"), "202")

    def test_stock_quotes_symbols_and_names_a_bad_one(self):
        stub = stubs.StockStub(self.channel)
        quote = stub.GetQuote(stubs.stock.GetQuoteRequest(symbol="acme"), timeout=TIMEOUT_SECONDS)
        self.assertEqual((quote.symbol, quote.simulated), ("ACME", True))
        self.assertGreater(quote.price_cents, 0)
        quotes = stub.BatchGetQuotes(stubs.stock.BatchGetQuotesRequest(symbols=["B", "A"]),
                                     timeout=TIMEOUT_SECONDS).quotes
        self.assertEqual([quote.symbol for quote in quotes], ["B", "A"])
        said = self.assert_code(grpc.StatusCode.INVALID_ARGUMENT, stub.GetQuote,
                                stubs.stock.GetQuoteRequest(symbol="no such symbol"))
        self.assertIn("symbol", said)

    def test_task_runs_and_is_listed(self):
        stub = stubs.TaskStub(self.channel)
        request = stubs.task.EnqueueTaskRequest(request_id="once")
        request.payload.update({"a": [1, "two", None]})
        first = stub.EnqueueTask(request, timeout=TIMEOUT_SECONDS)
        self.assertEqual(first.message, "Task enqueued")
        self.assertEqual(stub.EnqueueTask(request, timeout=TIMEOUT_SECONDS).task_id, first.task_id)
        self.await_state(first.task_id, stubs.task.TASK_STATE_SUCCEEDED)
        listed = stub.ListTasks(stubs.task.ListTasksRequest(page_size=1000), timeout=TIMEOUT_SECONDS)
        self.assertEqual([t.id for t in listed.tasks if t.request_id == "once"], [first.task_id])

    def test_task_that_fails_keeps_its_error(self):
        started = stubs.TaskStub(self.channel).StartTask(
            stubs.task.StartTaskRequest(), timeout=TIMEOUT_SECONDS)
        task = self.await_state(started.task_id, stubs.task.TASK_STATE_FAILED)
        self.assertTrue(task.error)

    def test_task_batches_become_one_task_each(self):
        batches = [struct_pb2.Value(string_value=text) for text in "abc"]
        answer = stubs.TaskStub(self.channel).ProcessBatch(
            stubs.task.ProcessBatchRequest(batches=batches), timeout=TIMEOUT_SECONDS)
        self.assertEqual(len(set(answer.task_ids)), 3)
        for task_id in answer.task_ids:
            self.await_state(task_id, stubs.task.TASK_STATE_SUCCEEDED)

    def test_task_mail_lands_in_the_spool_folder(self):
        answer = stubs.TaskStub(self.channel).SendEmail(stubs.task.SendEmailRequest(
            to="ann@example.com", subject="Tide tables", body="High at noon."),
                                                        timeout=TIMEOUT_SECONDS)
        self.await_state(answer.task_id, stubs.task.TASK_STATE_SUCCEEDED)
        mails = [os.path.join(folder, name) for folder, _, names in os.walk(self.server.data_folder)
                 for name in names if name.endswith(".eml")]
        texts = [open(mail, encoding="utf-8").read() for mail in mails]
        self.assertTrue(any("Tide tables" in t and "High at noon." in t for t in texts), mails)

    def await_state(self, task_id, state):
        stub = stubs.TaskStub(self.channel)

        def reached():
            task = stub.GetTask(stubs.task.GetTaskRequest(id=task_id), timeout=TIMEOUT_SECONDS)
            return task if task.state == state else None
        return minatod.eventually(reached, f"task {task_id} in state {state}")

    def test_chat_streams_both_ways_at_once(self):
        stub = stubs.ChatStub(self.channel)
        ann, ben = Outgoing(), Outgoing()
        to_ann = stub.Chat(iter(ann), timeout=TIMEOUT_SECONDS)
        to_ben = stub.Chat(iter(ben), timeout=TIMEOUT_SECONDS)
        for person, events, name in ((ann, to_ann, "Ann"), (ben, to_ben, "Ben")):
            person.send(stubs.chat.ChatRequest(join={"room": "harbour", "name": name}))
            self.assertEqual(next(events).joined.room, "harbour")

        ann.send(stubs.chat.ChatRequest(
            send={"room": "harbour", "text": "Ahoy", "request_id": "r1"}))
        self.assertEqual(next(to_ben).message.text, "Ahoy")
        kinds = {}
        for _ in range(2):
            event = next(to_ann)
            kinds[event.WhichOneof("event")] = event
        self.assertEqual(kinds["acknowledged"].acknowledged.request_id, "r1")
        self.assertEqual(kinds["message"].message.name, "Ann")

        ben.send(stubs.chat.ChatRequest(send={"room": "elsewhere", "text": "?"}))
        self.assertEqual(next(to_ben).error.code, grpc.StatusCode.FAILED_PRECONDITION.value[0])
        ben.send(None)
        ann.send(None)
        list(to_ben)
        list(to_ann)
        self.assertEqual((to_ann.code(), to_ben.code()), (grpc.StatusCode.OK, grpc.StatusCode.OK))

        said = stub.SendMessage(stubs.chat.SendMessageRequest(
            room="harbour", name="Cy", text="Late"), timeout=TIMEOUT_SECONDS)
        history = stub.ListMessages(
            stubs.chat.ListMessagesRequest(room="harbour"), timeout=TIMEOUT_SECONDS).messages
        self.assertEqual([(m.name, m.text) for m in history], [("Ann", "Ahoy"), ("Cy", "Late")])
        self.assertEqual(history[1], said)

    def test_echo_answers_each_frame_before_the_next_is_sent(self):
        out = Outgoing()
        back = stubs.ChatStub(self.channel).Echo(iter(out), timeout=TIMEOUT_SECONDS)
        for i in range(100):
            out.send(httpbody_pb2.HttpBody(content_type="text/plain; charset=utf-8",
                                           data=f"{i}".encode()))
            self.assertEqual(next(back).data, f"Message received: {i}".encode())
        out.send(None)
        self.assertEqual(list(back), [])
        self.assertEqual(back.code(), grpc.StatusCode.OK)

    def test_zz_ends_with_code_0_and_nothing_in_flight(self):
        minatod.eventually(lambda: not self.server.in_flight(), "in-flight gauges back at zero")
        self.assertEqual(self.server.stop(), 0, self.server.output)


if __name__ == "__main__":
    cases.main()
