"""Fixes: which of them are made together, what a text is after them, and whether they do what they promise."""
