"""Rules about virtual hosts: which one answers (VH)."""
