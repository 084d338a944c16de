"""Findings: rules, the engine that runs them, and what silences them."""
