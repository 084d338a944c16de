"""Shell patterns, as APR tells them from plain text."""


def is_wildcard(text: str) -> bool:
    """Whether httpd takes a path, a file's name or a host's name for a shell pattern (`apr_fnmatch_test`)."""
    if not ("*" in text or "?" in text or "[" in text):
        return False
    opened, escaped = False, False
    for character in text:
        if escaped:
            escaped = False
        elif character in "*?" or (character == "]" and opened):
            return True
        elif character == "[":
            opened = True
        else:
            escaped = character == "\\"
    return False
