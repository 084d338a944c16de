"""Proving sets on many trees: which ones, each in a process of its own, what is kept, and who works."""
