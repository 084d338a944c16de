"""Diffs: reading them strictly, writing them, and their fingerprints."""
