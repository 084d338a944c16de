"""Findings and answers as text for people and as data for programs; one module a format."""
