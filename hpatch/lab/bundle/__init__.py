"""What a proof leaves behind: a bundle, for people who were not there when it ran."""
