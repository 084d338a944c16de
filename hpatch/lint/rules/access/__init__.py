"""Rules about access: whether a Require holds, and who is believed (AC)."""
