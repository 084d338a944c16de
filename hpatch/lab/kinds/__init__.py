"""How servers of each kind of tree are told, tried and proved, a module for each; `table` has them all."""
