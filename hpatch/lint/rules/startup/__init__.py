"""Faults that `httpd -t` does not see: httpd does not start, or starts without what was asked for."""
