"""Rules about reading the configuration (CF)."""
