"""Rules about capacity, time and the cache (CA)."""
