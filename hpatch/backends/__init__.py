"""The configuration files of backends, one package for each kind of backend."""
