"""Tomcat's server.xml, as far as its connectors and engines go."""
