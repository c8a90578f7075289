#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes many logs out of one: for each line of standard input, which is a JSON object {"file", "replace": {old: new}, "append"},
writes the file with the texts of the log that is named replaced, all at once, and the text appended.
"""
import json
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    LOG = file.read()

for line in sys.stdin:
    made = json.loads(line)
    replace = made.get("replace", {})
    text = LOG
    if replace:
        text = re.sub("|".join(map(re.escape, replace)), lambda found: replace[found.group()], text)
    with open(made["file"], "w", encoding="utf-8") as file:
        file.write(text + made.get("append", ""))
