"""A request, what happens to it, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.text import Place


@dataclass(frozen=True)
class ClientRequest:
    """A request as httpd gets it.

    `path` is the path as the client sends it, percent-encoded; `query` what follows the question mark, None without
    one. `host` is the name in the Host header, without a port; None if there is none. `address` is the server's address
    that the client reached, `client` the client's; None: not known. `https` tells whether it came through TLS.
    `headers` are those of which the user says what they hold, by their names in lower case; an empty one stands for one
    that is not sent. What the others hold is not known. `line` is the request line as the client sent it; None: that of
    the path, as in HTTP/1.1.
    """

    path: str
    query: str | None = None
    host: str | None = None
    port: int = 80
    address: str | None = None
    client: str | None = None
    https: bool = False
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    line: str | None = None

    def header(self, name: str) -> str | None:
        """What a header holds, all its lines joined as httpd does; None: not known."""
        found = [value for one, value in self.headers if one == name.lower()]
        return ", ".join(value for value in found if value) if found else None

    @property
    def first_line(self) -> str:
        """The request line."""
        if self.line is not None:
            return self.line
        query = "" if self.query is None else f"?{self.query}"
        return f"{self.method} {self.path}{query} HTTP/1.1"


class FileKind(Enum):
    """What a path on the disk is."""

    FILE = "file"
    FOLDER = "folder"
    NOTHING = "nothing"


PIPE = "a pipe"
"""What `Disk.odd` calls a FIFO."""


class Disk(Protocol):
    """What is known of httpd's disk."""

    def kind(self, path: str) -> FileKind | None:
        """What stands at an absolute path, links followed; None: not known."""

    def odd(self, path: str) -> str | None:
        """What stands there if it is neither file nor folder, such as `a socket`; None: nothing such is known of."""

    def text(self, path: str) -> str | None:
        """The text of a file; None if it cannot be read."""


class Unread:
    """A disk that nobody looks at."""

    def odd(self, path: str) -> str | None:
        """Not known."""
        del path
        return None

    def text(self, path: str) -> str | None:
        """Not known."""
        del path
        return None

    def kind(self, path: str) -> FileKind | None:
        """Not known."""
        del path
        return None


Did = Literal["takes", "declines", "changes", "allows", "denies", "unknown"]


@dataclass(frozen=True)
class HookStep:
    """Something that httpd asks on the way.

    `phase` is httpd's hook (`translate_name`), `module` who is asked, `did` what it did with the request, `text` that
    in words. `node` is the line; None where no line is behind it.
    """

    phase: str
    module: str
    did: Did
    text: str
    node: Node | None = None

    @property
    def place(self) -> Place | None:
        """Where the line is written."""
        return None if self.node is None else self.node.place


AnswerKind = Literal["proxy", "file", "script", "redirect", "status", "handler", "nobody", "unknown"]


@dataclass(frozen=True)
class Reply:
    """What answers.

    - `proxy`: mod_proxy; `target` is the URL that it asks.
    - `file`, `script`: the file `target` (a script is run, not sent).
    - `redirect`: httpd itself, `status` and `target`, the new URL (a path where httpd adds its own name).
    - `status`: httpd itself, with an error or another `status`, such as 403 for what is denied, 401 for a login.
    - `handler`: the handler `target` of a module.
    - `nobody`: the request does not come to httpd; `text` says why.
    - `unknown`: what hpatch does not know decides; `text` says what.

    `text` says it in words; `node` is the line that decides. `unseen` is what hpatch did not look at and httpd will:
    whether there is such a file, for example.
    """

    kind: AnswerKind
    text: str
    target: str = ""
    status: int | None = None
    node: Node | None = None
    unseen: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """The answer in a few words."""
        return {
            "proxy": f'the backend "{self.target}"',
            "file": f'the file "{self.target}"',
            "script": f'the script "{self.target}"',
            "redirect": f'a redirection ({self.status}) to "{self.target}"',
            "status": f"httpd itself, with status {self.status}",
            "handler": f'the handler "{self.target}"',
            "nobody": "nobody",
            "unknown": "hpatch does not know who",
        }[self.kind]


class UnknownError(Exception):
    """What hpatch does not know decides about the request; the text says what. `node` is the line with it."""

    def __init__(self, text: str, node: Node | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.node = node
