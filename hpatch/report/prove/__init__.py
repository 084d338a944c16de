"""Builds, smoke tests, lab runs and proofs as text and data."""
