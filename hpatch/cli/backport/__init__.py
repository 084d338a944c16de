"""`hpatch backport`; one module a command."""
