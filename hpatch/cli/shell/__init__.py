"""What shells and man(1) want to know of the commands: completion and manual pages."""
