"""`hpatch build`, `smoke`, `verify` and `lab`; one module a command."""
