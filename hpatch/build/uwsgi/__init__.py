"""uWSGI as an installed program."""
