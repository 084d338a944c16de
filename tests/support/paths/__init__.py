"""Helpers for the tests of `hpatch.paths`."""
