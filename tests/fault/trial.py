# SPDX-License-Identifier: Apache-2.0
"""What has to hold of an index that somebody was disturbed in."""
import os
import signal
import time

from . import program
from .program import Failure

STATES = ("no index yet", "as before", "in part", "as after")


def await_end(process, seconds=10):
    """A reader dies with its keeper."""
    end = time.monotonic() + seconds
    while program.session(process.pid):
        if time.monotonic() > end:
            for pid in program.session(process.pid):
                os.kill(pid, signal.SIGKILL)
            raise Failure("a reader outlives its keeper")
        time.sleep(0.001)


class Trial:
    """One index, which each scenario begins anew."""

    def __init__(self, scratch, env):
        self.index, self.env = os.path.join(scratch, "index"), env

    def begin(self, scenario):
        scenario.begin(self.index)

    def state(self, scenario):
        """Which of STATES it is in, after it was looked at as a user would, and verified."""
        ids = program.incidents(self.index, self.env)
        if ids is None:
            return STATES[0]
        program.check(self.index, self.env)
        if not ids <= scenario.ids:
            raise Failure("it has incidents of nowhere: %s" % sorted(ids - scenario.ids))
        now = program.content(self.index, self.env)
        if now == scenario.after:
            return STATES[3]
        if now == scenario.before:
            return STATES[1]
        if scenario.whole:
            raise Failure("it is neither done nor not begun: %s" % program.differences(now, scenario.after))
        return STATES[2]

    def finish(self, scenario, status=None, said=b""):
        """The same command again: it ends with the content of an undisturbed run, and leaves nothing else behind. The run before
        it ended with that status and printed that."""
        again = program.must(self.index, scenario.words, self.env, scenario.status)
        if status is not None:
            scenario.heard(status, said, again)
        wrong = program.differences(program.content(self.index, self.env), scenario.after)
        if wrong:
            raise Failure("the content is not that of an undisturbed run: %s" % wrong)
        program.check(self.index, self.env)
        if program.left_behind(self.index):
            raise Failure("left behind: %s" % program.left_behind(self.index))
