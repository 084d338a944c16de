"""The lab: gateways and backends that really run, experiments with a verdict, and the proof of a patch set by them."""
