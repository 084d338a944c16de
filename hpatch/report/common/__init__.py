"""What every report uses: the terminal, tables, excerpts, JSON, progress."""
