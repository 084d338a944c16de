"""httpd source trees: their version and what they hold."""
