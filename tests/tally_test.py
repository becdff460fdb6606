import json
import pathlib
import tempfile
import unittest

from tests import cases
from tests import tally


class TallyTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())

    def result(self, status, xml=None):
        """The event of one target whose test.xml has this text."""
        outputs = []
        if xml is not None:
            path = self.folder / "test.xml"
            path.write_text(xml)
            outputs = [{"name": "test.xml", "uri": path.as_uri()}]
        return json.dumps({
            "id": {"testResult": {"label": "//a:b"}},
            "testResult": {"status": status, "testActionOutput": outputs},
        })

    def test_counts_cases_and_not_targets(self):
        counted = tally.count([self.result("PASSED", """<testsuites><testsuite>
            <testcase name="one" status="run"/><testcase name="two"/>
            <testcase name="three"><skipped/></testcase><testcase name="four" status="notrun"/>
            </testsuite></testsuites>""")])
        self.assertEqual(counted.passed, 2)
        self.assertEqual(counted.skipped, ["//a:b .three", "//a:b .four"])
        self.assertEqual(counted.failed, [])

    def test_a_failed_case_is_named(self):
        counted = tally.count([self.result(
            "FAILED", '<s><testcase classname="C" name="n"><failure/></testcase></s>')])
        self.assertEqual(counted.failed, ["//a:b C.n"])

    def test_a_target_that_failed_without_a_failed_case_still_counts(self):
        counted = tally.count([self.result("TIMEOUT", '<s><testcase name="n"/></s>')])
        self.assertEqual((counted.passed, len(counted.failed)), (1, 1))

    def test_a_target_without_a_report_counts_once(self):
        self.assertEqual(tally.count([self.result("PASSED")]).passed, 1)
        self.assertEqual(tally.count([self.result("FAILED", "cut o")]).failed, ["//a:b"])

    def test_a_target_that_was_not_built_has_failed(self):
        event = {"id": {"targetCompleted": {"label": "//a:b"}}, "completed": {}}
        self.assertEqual(tally.count([json.dumps(event)]).failed, ["//a:b (not built)"])
        event["completed"] = {"success": True}
        self.assertEqual(tally.count([json.dumps(event)]).failed, [])


if __name__ == "__main__":
    cases.main()
