"""What several families of rules use. It holds no rules."""
