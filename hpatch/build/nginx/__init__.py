"""nginx: building it from its source, and what an installed one says of itself."""
