import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from tests import cases

BUF = os.path.abspath("../test_tools/buf")


class BufTest(unittest.TestCase):
    """Runs buf as buf.yaml describes, on a copy laid out like the repository."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        shutil.copy("buf.yaml", self.root)
        for tree in pathlib.Path("protos").glob("minato/*/*/_virtual_imports/*"):
            shutil.copytree(tree, self.root / "protos", dirs_exist_ok=True)
        shutil.copy("protos/baseline.binpb", self.root / "protos")
        shutil.copytree("../googleapis/google", self.root / "third_party/pinned/googleapis/google")

    def buf(self, *arguments):
        environment = {"HOME": str(self.root), "PATH": "/usr/bin:/bin"}
        return subprocess.run(
            [BUF, *arguments], cwd=self.root, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def breaking(self):
        return self.buf("breaking", "protos", "--against", "protos/baseline.binpb")

    def replace(self, path, old, new):
        path = self.root / path
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def test_the_contract_keeps_to_the_style(self):
        result = self.buf("lint", "protos")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_the_contract_breaks_no_client_of_the_baseline(self):
        result = self.breaking()
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_lint_would_notice_a_field_in_camel_case(self):
        self.replace("protos/minato/user/v1/user.proto", "string email = 3", "string eMail = 3")
        result = self.buf("lint", "protos")
        self.assertIn("lower_snake_case", result.stdout)

    def test_breaking_would_notice_a_field_that_changes_its_type(self):
        self.replace("protos/minato/user/v1/user.proto", "int64 id = 1", "string id = 1")
        result = self.breaking()
        self.assertIn("changed type", result.stdout)


if __name__ == "__main__":
    cases.main()
