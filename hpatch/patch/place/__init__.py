"""Placing hunks in files, and the plan of what applying would do."""
