"""Rules about mappings: which path leads where (MP)."""
