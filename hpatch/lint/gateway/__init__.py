"""The gateway as a whole: what listens, which paths lead where, and what was found there."""
