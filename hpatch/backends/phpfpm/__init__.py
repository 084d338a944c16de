"""PHP-FPM's pools, as its own files describe them."""
