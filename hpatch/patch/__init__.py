"""Patch sets, the diffs of revisions, placing their hunks, and applying them to a tree."""
