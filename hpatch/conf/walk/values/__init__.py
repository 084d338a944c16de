"""Values that httpd refuses: the table of `hpatch.facts.values`, and a function for each kind of value in it."""
