"""The language server: diagnostics while a configuration is typed, and what an editor asks for beside them."""
