"""How trees are built, a module for each kind; `table` has them all."""
