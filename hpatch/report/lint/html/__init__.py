"""Findings as one page of html."""
