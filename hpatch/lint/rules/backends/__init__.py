"""Rules that read the backend's own files (BE)."""
