"""The command line: arguments in, one library call, a renderer out."""
