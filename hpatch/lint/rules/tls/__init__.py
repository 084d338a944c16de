"""Rules about TLS, to clients and to backends (TL)."""
