"""Measurements of hpatch: its speed, its figures against httpd's history, and how much its tests notice."""
