"""Who answers a request: every directive that maps, denies, redirects or hands on, in httpd's order."""
