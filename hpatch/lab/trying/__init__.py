"""How a server that was built is tried, a module for each kind."""
