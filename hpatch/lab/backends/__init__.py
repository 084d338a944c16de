"""The backends that the lab starts, one module each."""
