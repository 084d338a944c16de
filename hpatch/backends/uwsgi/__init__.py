"""uWSGI's configuration, as uWSGI reads it."""
