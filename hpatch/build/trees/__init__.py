"""Source trees: what they are, which patch sets they have, and applying sets to them."""
