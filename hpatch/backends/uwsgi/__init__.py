"""What uWSGI would make of its own configuration."""
