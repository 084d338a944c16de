"""Rules about mod_rewrite (RW)."""
