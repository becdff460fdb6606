"""Starts the programs under test and ends them: each in a folder of its own, on ports of its own."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time

# How long a program may take to say a line or to end; only a broken one takes that long.
PATIENCE_SECONDS = 60


class Program:
    """A running program, its output kept line by line. Use it in a `with`: leaving kills it."""

    def __init__(self, *command, env=None, cwd=None):
        # The folder of this run: data, and whatever else the test puts there.
        self.folder = cwd or tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        command = [os.path.abspath(command[0]), *command[1:]]
        self._process = subprocess.Popen(
            command, cwd=self.folder, env={**os.environ, **(env or {})}, text=True,
            errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self._lines = []
        self._ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self):
        return self._process.pid

    @property
    def output(self):
        with self._changed:
            return "\n".join(self._lines)

    def wait_for(self, pattern):
        """The match of the first line, past or coming, in which the pattern is found."""
        pattern = re.compile(pattern)
        ends = time.monotonic() + PATIENCE_SECONDS
        seen = 0
        with self._changed:
            while True:
                for line in self._lines[seen:]:
                    match = pattern.search(line)
                    if match:
                        return match
                seen = len(self._lines)
                left = ends - time.monotonic()
                if self._ended or left <= 0:
                    break
                self._changed.wait(left)
        raise AssertionError(f"no line {pattern.pattern!r} from the program; it said:\n{self.output}")

    def stop(self, number=signal.SIGTERM):
        """Asks the program to end, and answers its exit code."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self):
        try:
            code = self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the program did not end; it said:\n{self.output}") from None
        self._reader.join(PATIENCE_SECONDS)
        return code

    def kill(self):
        """Ends it at once, as kill -9 does; nothing if it has ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE_SECONDS)
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
