"""Files that are not configurations of httpd: what they seem to be, and where it shows."""
