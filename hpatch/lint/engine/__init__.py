"""Run rules over configurations and gather their findings."""
