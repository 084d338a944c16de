"""`hpatch advise`: from a configuration and an httpd to the patch sets that cure its problems."""
