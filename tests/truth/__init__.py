# SPDX-License-Identifier: Apache-2.0
"""What tests/check-truth is made of.

program  runs the program under test         member   reads a log out of a bundle
compare  truth against `show`, by aspect     tap      prints the outcome
suite    the whole: logs, corpora                score    precision and recall by kind
"""
