"""Runs the oracle's `check` against the built gateway; every case of the corpus is one test case here."""

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
GATEWAY = "gateway/minato-gateway --config {config}"


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


GOLDENS = json.loads(read("goldens.json"))["cases"]
DEVIATIONS = yaml.safe_load(read("deviations.yaml"))


class OracleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as home:
            results = os.path.join(home, "results.json")
            # A second try for what a busy machine's pauses broke; the oracle names those cases.
            check = subprocess.run(
                [sys.executable, os.path.join(HERE, "oracle.py"), "check", "--quiet", "--retry=1",
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
              f"{len(DEVIATIONS)} are named deviations", flush=True)

    def test_every_deviation_is_a_case_and_has_its_reason(self):
        for name, reason in DEVIATIONS.items():
            self.assertIn(name, GOLDENS)
            self.assertGreater(len(str(reason).split()), 5, name)

    def check_case(self, name):
        result = self.results[name]
        if name in DEVIATIONS:
            self.assertFalse(result["passed"], "equal to Envoy: its entry in deviations.yaml is stale")
        elif not result["passed"]:
            self.fail("\n".join(
                [f"[{result['group']}, profile {result['profile']}]"] +
                [f"{diff['kind']}: {diff['what']}\n  Envoy   {diff['expected']}\n  gateway {diff['got']}"
                 for diff in result["diff"]]))


for case in sorted(GOLDENS):
    setattr(OracleTest, "test_" + re.sub(r"\W", "_", case),
            lambda self, case=case: self.check_case(case))


if __name__ == "__main__":
    cases.main()
