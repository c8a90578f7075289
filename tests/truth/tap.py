# SPDX-License-Identifier: Apache-2.0
"""Test Anything Protocol on stdout: the plan first, then a line per aspect."""
import sys

SHOWN = 25  # differences printed of one failure; the rest is counted


class Tap:
    def __init__(self, plan):
        self.plan, self.done, self.failed = plan, 0, 0
        print("1..%d" % plan, flush=True)

    def result(self, name, differences):
        """One line; `differences` is empty when the aspect holds."""
        self.done += 1
        ok = not differences
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.done, name))
        for line in differences[:SHOWN]:
            print("#   " + str(line).replace("\n", "\n#     "))
        if len(differences) > SHOWN:
            print("#   ... and %d more" % (len(differences) - SHOWN))
        sys.stdout.flush()

    def comment(self, text):
        print("# " + text, flush=True)

    def exit_code(self):
        if self.done != self.plan:
            print("# planned %d, ran %d" % (self.plan, self.done))
        return 0 if self.done == self.plan and not self.failed else 1
