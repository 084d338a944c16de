"""Rules about request and response headers (HD)."""
