"""The configuration language: the lines of each file, and the configuration that httpd builds from them.

`load` follows a whole configuration as httpd reads it (includes, conditionals, variables, macros) and returns a
`Configuration`.
"""
