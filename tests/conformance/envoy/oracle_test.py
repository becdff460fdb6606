"""Runs the oracle's `check` against the built gateway; every case is one test case here."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

from tests import cases

HERE = "tests/conformance/envoy"
# One worker, as Envoy had when the goldens were recorded (--concurrency 1): each has upstream connections of its own,
# and the oracle opens those of one worker before the first case.
GATEWAY = "gateway/minato-gateway --workers=1 --config {config}"


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


class Corpus:
    """Runs the cases of `folder`, which has its goldens beside them; `deviations` are those that differ on purpose."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as home:
            results = os.path.join(home, "results.json")
            # A second try for what a busy machine's pauses broke; the oracle names those cases.
            check = subprocess.run(
                [sys.executable, os.path.join(HERE, "oracle.py"), "check", "--quiet", "--retry=1",
                 f"--cases={os.path.join(HERE, cls.folder, 'cases')}",
                 f"--home={home}", f"--json={results}", f"--gateway={GATEWAY}"],
                env={**os.environ, "ORACLE_PACKAGES": "installed"}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            print(check.stdout, flush=True)
            if not os.path.exists(results):
                raise AssertionError(f"the oracle ended with {check.returncode} and no results")
            with open(results, encoding="utf-8") as file:
                cls.results = {result["name"]: result for result in json.load(file)["cases"]}
        passed = sum(result["passed"] for result in cls.results.values())
        print(f"{len(cls.results)} cases run, {passed} passed, "
              f"{len(cls.deviations)} are named deviations", flush=True)

    def check_case(self, name):
        result = self.results[name]
        if name in self.deviations:
            self.assertFalse(result["passed"], "equal to Envoy: its entry in deviations.yaml is stale")
        elif not result["passed"]:
            self.fail("\n".join(
                [f"[{result['group']}, profile {result['profile']}]"] +
                [f"{diff['kind']}: {diff['what']}\n  Envoy   {diff['expected']}\n  gateway {diff['got']}"
                 for diff in result["diff"]]))


def every_case(corpus):
    """Makes each golden of the corpus a test case of its own."""
    corpus.goldens = json.loads(read(os.path.join(corpus.folder, "goldens.json")))["cases"]
    for case in sorted(corpus.goldens):
        setattr(corpus, "test_" + re.sub(r"\W", "_", case),
                lambda self, case=case: self.check_case(case))
    return corpus


@every_case
class OracleTest(Corpus, unittest.TestCase):
    """The public cases."""

    folder = ""
    deviations = yaml.safe_load(read("deviations.yaml"))

    def test_every_deviation_is_a_case_and_has_its_reason(self):
        for name, reason in self.deviations.items():
            self.assertIn(name, self.goldens)
            self.assertGreater(len(str(reason).split()), 5, name)


@every_case
class FurtherTest(Corpus, unittest.TestCase):
    """Requests and replies in which the gateway once differed, and those of what it learnt since."""

    folder = "further"
    deviations = {}


if __name__ == "__main__":
    cases.main()
