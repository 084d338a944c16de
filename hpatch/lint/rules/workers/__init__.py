"""Rules about workers, balancers and their parameters (WK)."""
