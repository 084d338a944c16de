"""Where a revision's diff comes from: a git mirror, a Subversion server, the web, a folder; and the cache between."""
