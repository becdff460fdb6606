import concurrent.futures
import contextlib
import http.client
import json
import os
import sqlite3
import threading
import unittest

from tests import cases
from tests.integration import minatod

TASKS = 10_000
SENDERS = 8
KILL_AFTER_ACKNOWLEDGED = 4_000
TASKS_PER_PAGE = 1_000


class Sender:
    """Enqueues tasks named by their number and notes which of them were acknowledged."""

    def __init__(self):
        self._lock = threading.Lock()
        self._progress = threading.Condition(self._lock)
        self._ended = 0
        self.task_ids = {}

    def enqueue(self, port, numbers):
        """Until all are sent or the server is gone."""
        try:
            self._enqueue(port, numbers)
        finally:
            with self._progress:
                self._ended += 1
                self._progress.notify_all()

    def _enqueue(self, port, numbers):
        with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            for number in numbers:
                body = json.dumps({"payload": {"number": number}, "requestId": f"task-{number}"})
                try:
                    connection.request("POST", "/v1/tasks", body,
                                       {"Content-Type": "application/json"})
                    response = connection.getresponse()
                    answer = json.loads(response.read())
                except (OSError, http.client.HTTPException, ValueError):
                    return
                if response.status != 202:
                    raise AssertionError(f"{response.status} {answer}")
                with self._progress:
                    self.task_ids[number] = answer["taskId"]
                    self._progress.notify_all()

    def wait_for_acknowledged(self, count):
        """Or until all shares have ended, for whatever reason."""
        with self._progress:
            self._progress.wait_for(lambda: len(self.task_ids) >= count or self._ended == SENDERS)


def all_tasks(server):
    tasks, token = [], ""
    while True:
        page = server.request(
            "GET", f"/v1/tasks?page_size={TASKS_PER_PAGE}&page_token={token}").json
        tasks += page.get("tasks", [])
        token = page.get("nextPageToken", "")
        if not token:
            return tasks


def effects_by_request_id(server):
    """How many effects are on record for each, read from the database."""
    path = os.path.join(server.data_folder, "task.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return dict(database.execute(
            "SELECT request_id, count(*) FROM effects JOIN tasks ON tasks.id = effects.task_id "
            "GROUP BY request_id"))


def shares(numbers):
    return [numbers[i::SENDERS] for i in range(SENDERS)]


class CrashTest(unittest.TestCase):
    def test_no_acknowledged_task_is_lost_and_each_has_its_effect_once(self):
        sender = Sender()
        with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
            with minatod.Minatod() as server:
                sending = [pool.submit(sender.enqueue, server.http, share)
                           for share in shares(range(TASKS))]
                sender.wait_for_acknowledged(KILL_AFTER_ACKNOWLEDGED)
                server.kill()
                for future in sending:
                    future.result()  # fails if an answer was wrong
            acknowledged = dict(sender.task_ids)
            self.assertLess(len(acknowledged), TASKS, "the kill came after the last task")

            with minatod.Minatod(folder=server.folder) as again:
                known = {task["requestId"]: task["id"] for task in all_tasks(again)}
                for number, task_id in acknowledged.items():
                    self.assertEqual(known.get(f"task-{number}"), task_id)

                # Whoever got no answer asks again; so does one who did.
                for future in [pool.submit(sender.enqueue, again.http, share)
                               for share in shares(range(TASKS))]:
                    future.result()
                self.assertEqual(len(sender.task_ids), TASKS)
                self.assertLessEqual(acknowledged.items(), sender.task_ids.items())

                def unfinished():
                    return [t for t in all_tasks(again) if t["state"] != "TASK_STATE_SUCCEEDED"]
                minatod.eventually(lambda: not unfinished(), "all tasks succeeded", seconds=240)
                tasks = all_tasks(again)
                self.assertEqual(len(tasks), TASKS)
                self.assertEqual(len({task["requestId"] for task in tasks}), TASKS)
                self.assertEqual(again.stop(), 0, again.output)
                self.assertEqual(effects_by_request_id(again),
                                 {f"task-{number}": 1 for number in range(TASKS)})
            print(f"{len(acknowledged)} acknowledged before the kill, "
                  f"{len(known)} found after it")


if __name__ == "__main__":
    cases.main()
