"""The documents that an editor has open, and their names as URIs."""

from __future__ import annotations

import os
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from hpatch.report.lint.paths import uri

_HALF = re.compile("[\ud800-\udfff]")


class Document(NamedTuple):
    """An open document: its text as the editor has it. `path` is its file on this machine, None if it is no file."""

    uri: str
    path: str | None
    language: str
    version: int
    text: str


class Documents:
    """The open documents, by URI."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def open(self, uri: str, language: str, version: int, text: str) -> None:
        """Note that a document is open."""
        self._open[uri] = Document(uri=uri, path=path_of(uri), language=language, version=version, text=_whole(text))

    def change(self, uri: str, version: int, text: str) -> None:
        """Note a document's new text. One that was never opened stays unknown."""
        before = self._open.get(uri)
        if before is not None:
            self._open[uri] = before._replace(version=version, text=_whole(text))

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """An open document; None for another."""
        return self._open.get(uri)

    def all(self) -> tuple[Document, ...]:
        """Every open document."""
        return tuple(self._open.values())


def _whole(text: str) -> str:
    """A text without halves of characters, which JSON can hold and no file can. Each counts as much as before."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def path_of(uri: str) -> str | None:
    """The path of a file's URI, byte by byte as it is on the disk; None for what is no file of this machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None


def uri_of(path: str) -> str:
    """A file's URI. A relative path starts at the current folder."""
    return uri(os.path.abspath(path))  # noqa: PTH100 - text only
