"""Findings, rules and configurations as text and data; one module a form."""
