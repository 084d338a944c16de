#!/usr/bin/python3 -I
"""hpatch, with the libraries of its package."""

import sys

sys.path.insert(0, "/usr/lib/hpatch")

from hpatch.cli.main import script

script()
