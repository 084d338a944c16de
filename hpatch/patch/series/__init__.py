"""Series of patches: reading them, the queue of those that a tree knows, refreshing and exporting them."""
