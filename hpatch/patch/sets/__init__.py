"""Patch sets: named groups of upstream revisions, read from `patches/` and from a user's own folder."""
