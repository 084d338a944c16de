"""Helpers for several families of rules. This package contains no rules."""
