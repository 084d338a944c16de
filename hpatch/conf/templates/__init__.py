"""Templates of configurations: what of them is configuration, and what only their program can tell."""
