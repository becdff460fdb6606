"""unittest's main for tests run by Bazel: every case stands in test.xml by name, with its time."""

import os
import sys
import time
import traceback
import unittest
import xml.etree.ElementTree as ElementTree


# Times and sizes that only an ordinary build keeps to.
needs_ordinary_build = unittest.skipIf(
    os.environ.get("MINATO_SANITIZED"), "a sanitizer changes times and sizes")


class _Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.suite = ElementTree.Element("testsuite", name=os.path.basename(sys.argv[0]))
        self._started = 0.0

    def startTest(self, test):
        self._started = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self._add(test)
        super().addSuccess(test)

    def addFailure(self, test, err):
        self._add(test, "failure", err)
        super().addFailure(test, err)

    def addError(self, test, err):
        self._add(test, "error", err)
        super().addError(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._add(subtest, "failure", err)
        super().addSubTest(test, subtest, err)

    def addSkip(self, test, reason):
        ElementTree.SubElement(self._add(test), "skipped", message=reason)
        super().addSkip(test, reason)

    def _add(self, test, outcome=None, err=None):
        class_name, _, name = test.id().rpartition(".")
        seconds = f"{time.monotonic() - self._started:.3f}"
        case = ElementTree.SubElement(
            self.suite, "testcase", classname=class_name, name=name, time=seconds)
        if outcome:
            ElementTree.SubElement(case, outcome).text = "".join(traceback.format_exception(*err))
        return case


def main():
    """Runs the cases of the calling program; arguments name single ones, as unittest takes them."""
    program = unittest.main(
        exit=False, testRunner=unittest.TextTestRunner(resultclass=_Result, verbosity=2))
    xml = os.environ.get("XML_OUTPUT_FILE")
    if xml:
        ElementTree.ElementTree(program.result.suite).write(xml, encoding="utf-8")
    ran = program.result.testsRun
    sys.exit(0 if ran and program.result.wasSuccessful() else 1)
