"""The hooks that httpd runs for a request: a module each, or one for a module of httpd that has several."""
