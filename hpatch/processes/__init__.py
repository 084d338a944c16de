"""Programs that always end: in groups of their own, watched by a guard that outlives this process."""
