"""`hpatch verify`."""
