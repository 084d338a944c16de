"""The history of trunk and branch: revisions, messages, and what was merged."""
