"""The net below every proof: what an httpd does with requests of all kinds, before a change and after it."""
