"""RewriteEngine, RewriteOptions, RewriteCond and RewriteRule as mod_rewrite runs them.

`written` reads the lines, `which` tells the rules that run, `engine` runs them, `outcome` says what that makes of the
request.
"""
