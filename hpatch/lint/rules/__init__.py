"""The rules, one module a rule or a tight family; `hpatch.lint.registry` finds them."""
