import secrets
import unittest

from tests import cases
from tests.fault import storm

REQUESTS = 20_000


class FaultsTest(unittest.TestCase):
    def test_every_request_gets_one_answer_and_nothing_leaks(self):
        storm.run("minato", REQUESTS, seed=secrets.randbelow(10**9))


if __name__ == "__main__":
    cases.main()
