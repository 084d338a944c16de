"""`hpatch set`, `apply`, `revert` and `status`; one module a command."""
