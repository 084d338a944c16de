"""How trees get into servers: what builds them for a proof, a module for each kind."""
