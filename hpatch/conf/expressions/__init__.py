"""httpd's expressions (ap_expr): what they hold, and what is wrong with them.

`occurrences` finds the expressions in a directive, `parse` reads one, `lookup` asks whether its names exist.
"""
