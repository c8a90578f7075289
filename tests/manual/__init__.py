# SPDX-License-Identifier: Apache-2.0
"""The manual as tests see it: pages taken apart, and what the program says of its options."""
