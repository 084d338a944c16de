"""Patch sets made from a repository's history, and a catalogue held against it."""
