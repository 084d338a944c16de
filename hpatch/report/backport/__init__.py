"""Backport checks, STATUS and proposals as text and data."""
