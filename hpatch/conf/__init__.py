"""The configuration language: a lossless syntax tree of each file, and what httpd would make of them.

`parse` gives the syntax tree of one file (every byte in it); `load` follows a whole configuration as
httpd reads it (includes, conditionals, variables, macros) and gives a `Configuration`.
"""
