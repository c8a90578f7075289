# SPDX-License-Identifier: Apache-2.0
"""What tests/check-truth, check-corpus and check-analysis are made of.

program    runs the program under test            member    reads a log out of a bundle
compare    truth against `show`, by aspect        tap       prints the outcome
patterns   findings against what was planted      baseline  who misses threads, counted out
generated  makes corpora                          suite     the whole: logs, corpora
"""
