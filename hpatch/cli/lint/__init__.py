"""`hpatch lint`, `rule` and `config`; one module a command."""
