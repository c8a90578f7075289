# SPDX-License-Identifier: Apache-2.0
"""Kills, failing calls and full disks: what tests/check-kills, check-faults and check-disk share."""
