# SPDX-License-Identifier: Apache-2.0
"""What bench/e2e is made of: corpora, runs, rows."""
