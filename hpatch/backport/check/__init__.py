"""Whether revisions can be merged, what is missing, and what to propose with them."""
