"""The bridge from a configuration and an httpd to known problems and the patch sets that cure them."""
