"""httpd's STATUS file: reading it, editing it by spans, its copies in a repository."""
