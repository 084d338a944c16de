"""Rules about known problems of the httpd that runs the configuration (KP)."""
