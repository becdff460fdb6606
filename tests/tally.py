"""Counts the test cases of one `bazel test` run: tally.py EVENTS BAZEL_EXIT_CODE.

EVENTS is the file that --build_event_json_file wrote. Names what failed or was skipped, then prints
`N passed, N failed` (`, N skipped`) as the last line. Exits 0 only if something ran, nothing failed
and bazel itself was content.
"""

import json
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []


def add_cases(tally, label, xml, target_passed):
    """Adds the cases of one target's test.xml; a target that failed counts at least one failure."""
    failed_before = len(tally.failed)
    for case in ElementTree.fromstring(xml).iter("testcase"):
        name = f"{label} {case.get('classname', '')}.{case.get('name', '')}"
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failed.append(name)
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            tally.skipped.append(name)
        else:
            tally.passed += 1
    if not target_passed and len(tally.failed) == failed_before:
        tally.failed.append(f"{label} (failed outside its cases, or ran out of time)")


def read(uri):
    path = urllib.request.url2pathname(urllib.parse.urlparse(uri).path)
    with open(path, "rb") as file:
        return file.read()


def count(events):
    tally = Tally()
    for line in events:
        event = json.loads(line)
        if "testResult" in event:
            result = event["testResult"]
            label = event["id"]["testResult"]["label"]
            passed = result["status"] in ("PASSED", "FLAKY")
            xml = [o["uri"] for o in result.get("testActionOutput", []) if o["name"] == "test.xml"]
            try:
                add_cases(tally, label, read(xml[0]), passed)
            except (IndexError, OSError, ElementTree.ParseError):
                if passed:
                    tally.passed += 1
                else:
                    tally.failed.append(label)
        elif "targetCompleted" in event.get("id", {}):
            if "aborted" in event or not event.get("completed", {}).get("success"):
                tally.failed.append(f"{event['id']['targetCompleted']['label']} (not built)")
    return tally


def main():
    with open(sys.argv[1], encoding="utf-8") as events:
        tally = count(events)
    bazel_exit_code = int(sys.argv[2])
    if bazel_exit_code != 0 and not tally.failed:
        tally.failed.append(f"bazel itself ended with code {bazel_exit_code}")
    elif not tally.passed and not tally.failed:
        tally.failed.append("no test was run")
    for name in tally.skipped:
        print("skipped:", name)
    for name in tally.failed:
        print("failed:", name)
    skipped = f", {len(tally.skipped)} skipped" if tally.skipped else ""
    print(f"{tally.passed} passed, {len(tally.failed)} failed{skipped}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
