"""httpd's own tests, of a tree or of its test framework, run on an httpd before a change and on one after it."""
