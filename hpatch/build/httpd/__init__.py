"""Building Apache httpd, its single modules, and what an installed httpd says of itself."""
