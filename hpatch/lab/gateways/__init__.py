"""The gateways that the lab starts, one module each."""
