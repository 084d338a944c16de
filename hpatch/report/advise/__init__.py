"""Advice for people, programs and tickets."""
