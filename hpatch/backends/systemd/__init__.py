"""systemd's units, as systemd reads them."""
