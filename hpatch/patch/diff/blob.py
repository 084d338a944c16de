"""Git's names of contents."""

from __future__ import annotations


def blob_id(content: bytes) -> str:
    """Git's name of a file's content."""
    from hashlib import sha1  # not for security: git's names are these

    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
