"""What mod_proxy would make of a configuration: servers, mappings, workers and balancers."""
