"""Backport proposals: the entry for STATUS, its title, the CHANGES entry, the evidence."""
