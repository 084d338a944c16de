"""Working copies of the branch, of git and of Subversion."""
