"""mod_proxy's model of a configuration: servers, mappings, workers and balancers."""
