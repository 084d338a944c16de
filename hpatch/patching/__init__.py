"""The patching wing: reading diffs, placing their hunks, planning, and what is applied in a tree."""
