"""How long a test waits for what is sure to come."""

PATIENCE = 120.0
"""Seconds. Only a test that fails waits so long, and a busy machine takes less."""
