"""httpd's second pass over a configuration: what it refuses when it executes the directives that it has read."""
