"""Backports to httpd's 2.4.x: its STATUS file, what can be merged, proposals."""
