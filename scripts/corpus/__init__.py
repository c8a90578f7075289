# SPDX-License-Identifier: Apache-2.0
"""Modules of scripts/gen-corpus: debugger logs with planted truth.

incident           one dump from its number to its files
model, menu        what exists in a dump; what ordinary threads do
plan, chains       what is planted in it (names: the images)
versions, banner, layout, stacks, frames, alpc, vm    how a debugger prints it
extra              what --extras plants: resources, waits for processes and threads
locks, ports, company    what it prints: !locks, !alpc /p and /lpp, harmless commands
listing            in which order it is printed
noise, sink        how the text is disturbed and encoded
record, damage     logs of two dumps, in two parts, copied from a page, cut off
graph, truth       what a reader must find
pack, cab          how the log is archived
check, unpack, selftest    whether text and truth agree
"""
