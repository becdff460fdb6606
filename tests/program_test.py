import signal
import unittest

from tests import cases
from tests import program


def shell(script):
    return program.Program("/bin/sh", "-c", script)


class ProgramTest(unittest.TestCase):
    def test_finds_a_line_that_was_said_or_is_still_to_come(self):
        with shell("echo port 17; exec sleep 60") as sleeper:
            self.assertEqual(sleeper.wait_for(r"port (\d+)").group(1), "17")
            self.assertEqual(sleeper.wait_for(r"port (\d+)").group(1), "17")

    def test_a_program_that_ends_without_the_line_is_reported_with_its_output(self):
        with shell("echo cannot bind") as failing:
            with self.assertRaisesRegex(AssertionError, "cannot bind"):
                failing.wait_for("ready")

    def test_stop_answers_the_exit_code(self):
        with shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done") as looping:
            looping.wait_for("ready")
            self.assertEqual(looping.stop(signal.SIGTERM), 7)

    def test_leaving_kills(self):
        with shell("trap '' TERM; echo ready; exec sleep 60") as stubborn:
            stubborn.wait_for("ready")
        self.assertEqual(stubborn.wait(), -signal.SIGKILL)


if __name__ == "__main__":
    cases.main()
