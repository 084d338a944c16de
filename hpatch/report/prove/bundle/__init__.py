"""A proof's bundle: its data, its page, and how it is shown on a terminal."""
