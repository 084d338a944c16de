"""Plans, patch sets and the state of a tree as text and data."""
