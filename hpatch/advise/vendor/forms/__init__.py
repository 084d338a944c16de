"""The forms in which vendors publish advisories: a module each, with `matches(data)` and `statements(data, name)`."""
