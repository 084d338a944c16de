"""hpatch: lint, patch and propose for Apache httpd as a reverse proxy."""

__version__ = "0.1.0"
