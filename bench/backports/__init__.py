"""Real merges of httpd against what `hpatch backport` would have said just before each."""
