"""httpd's own tests, of a tree, run on an httpd before a change and on one after it."""
