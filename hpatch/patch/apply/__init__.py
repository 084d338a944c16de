"""What is applied in a tree: the stack, its journal, reverting, and export for other tools."""
