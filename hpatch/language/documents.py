"""The documents that an editor has open, and their names as URIs."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote_to_bytes, urlsplit

from hpatch.records import NamedTuple
from hpatch.report.lint.paths import uri

_HALF = re.compile("[\ud800-\udfff]")


class Document(NamedTuple):
    """An open document: its text as the editor has it.

    `path` is its file on this machine, for a text that was never saved one that there is not; None for all else.
    """

    uri: str
    path: str | None
    language: str
    version: int
    text: str


class Documents:
    """The open documents, by URI."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def open(self, uri: str, language: str, version: int, text: str, folder: str | None = None) -> None:
        """Note that a document is open. One that was never saved counts as a file of the folder."""
        path = path_of(uri)
        if path is None and _is_unsaved(uri):
            path = _in_folder(uri, folder or "/")
        self._open[uri] = Document(uri=uri, path=path, language=language, version=version, text=_whole(text))

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


def _is_unsaved(uri: str) -> bool:
    """Whether a URI without a path is that of a new text: of VS Code, of a page with an editor, of Neovim."""
    return uri.lower().startswith(("untitled:", "inmemory:")) or uri.lower() == "file://"


def _in_folder(uri: str, folder: str) -> str:
    """A path in a folder for a text that has none. There is no such file."""
    path = os.path.join(folder, quote(uri, safe=""))  # noqa: PTH118 - text only
    while os.path.lexists(path):
        path += "~"
    return path


def path_of(uri: str) -> str | None:
    """The path of a file's URI, byte by byte as it is on the disk; None for what is no file of this machine.

    An editor may know where a new text is to be saved: `untitled:/etc/apache2/sites-available/new.conf`.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("file", "untitled") or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None


def uri_of(path: str) -> str:
    """A file's URI. A relative path starts at the current folder."""
    return uri(os.path.abspath(path))  # noqa: PTH100 - text only
