"""Names of files as other tools want them."""

from __future__ import annotations


def uri(path: str) -> str:
    """A path percent-encoded byte by byte: a relative one stays relative, an absolute one becomes a `file:` URI."""
    from urllib.parse import quote

    encoded = quote(path.encode("utf-8", "surrogateescape"))
    return f"file://{encoded}" if encoded.startswith("/") else encoded
