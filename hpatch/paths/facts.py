"""What is known of a request on its way: variables, file tests, expressions, SetEnvIf. Everything may be unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from hpatch.paths.access import is_in
from hpatch.paths.model import Disk, FileKind
from hpatch.paths.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from hpatch.conf.tree import Node
    from hpatch.paths.model import ClientRequest

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||==|!=|=~|!~|[!()=]|-[A-Za-z]+\b)|(?P<word>%\{[A-Za-z_:.-]+\}|'[^'\\]*'|"[^"\\]*"|[0-9]+)"""
    r"""|(?P<regex>/[^/\n]*/i?|m\#[^\#\n]*\#i?|m\|[^|\n]*\|i?)|(?P<name>true|false)\b)"""
)


class State(Protocol):
    """Where a request is."""

    request: ClientRequest
    uri: str
    query: str | None
    sub: bool

    @property
    def disk(self) -> Disk:
        """httpd's disk."""

    @property
    def root(self) -> str | None:
        """DocumentRoot."""

    @property
    def filename(self) -> str:
        """The file that the path was mapped to; "" before that."""


class Facts:
    """The facts of a request. What changes on the way is asked of its state."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def sub(self) -> bool:
        """Whether it is a sub-request."""
        return self._state.sub

    def itself(self) -> str:
        """The scheme, name and port by which httpd names itself, as the client did (UseCanonicalName Off)."""
        request = self._state.request
        scheme = "https" if request.https else "http"
        return f"{scheme}://{self._name() or ''}"

    def _name(self) -> str | None:
        request = self._state.request
        if request.host is None:
            return None
        default = 443 if request.https else 80
        return request.host if request.port == default else f"{request.host}:{request.port}"

    def variable(self, name: str, filename: str = "") -> str | None:
        """The value of `%{NAME}`; None: not known."""
        state, request = self._state, self._state.request
        scheme = "https" if request.https else "http"
        known: dict[str, Callable[[], str | None]] = {
            "REQUEST_URI": lambda: state.uri,
            "QUERY_STRING": lambda: state.query or "",
            "REQUEST_METHOD": lambda: request.method,
            "HTTP_HOST": self._name,
            "HTTP:HOST": self._name,
            "SERVER_NAME": lambda: request.host,
            "SERVER_PORT": lambda: str(request.port),
            "HTTPS": lambda: "on" if request.https else "off",
            "REQUEST_SCHEME": lambda: scheme,
            "REMOTE_ADDR": lambda: request.client,
            "CONN_REMOTE_ADDR": lambda: request.client,
            "DOCUMENT_ROOT": lambda: state.root,
            "REQUEST_FILENAME": lambda: filename or state.filename,
            "SCRIPT_FILENAME": lambda: filename or state.filename,
            "REQ:HOST": self._name,
        }
        found = known.get(name.upper())
        return None if found is None else found()

    def is_file(self, kind: str, path: str) -> bool | None:
        """Whether a file test (`-f`, `-d`, `-e`) holds; None: not known."""
        if kind not in "fde":
            return None
        if not path.startswith("/"):
            return False if not path or path.startswith("proxy:") else None
        found = self._state.disk.kind(path)
        if found is None:
            return None
        wanted = {"f": (FileKind.FILE,), "d": (FileKind.FOLDER,), "e": (FileKind.FILE, FileKind.FOLDER)}[kind]
        return found in wanted

    def set_if(self, node: Node, uri: str) -> bool | None:
        """Whether a SetEnvIf line matches; None: not known."""
        words = node.words
        if node.key == "setenvifexpr":
            return self.holds((words or [""])[0])
        if node.key.startswith("browsermatch") or len(words) < 2:
            return None
        name = words[0].lower()
        value = {"request_uri": uri, "request_method": self._state.request.method}.get(name)
        if name == "host":
            value = self._name()
        if value is None:
            return None
        pattern = regex(words[1], nocase=node.key.endswith("nocase"))
        return None if pattern is None else pattern.search(value) is not None

    def holds(self, expression: str) -> bool | None:
        """Whether an expression holds; None for what hpatch does not know, or cannot read."""
        return _Reader(self, expression).read()


class _Reader:
    """Reads and evaluates what is simple in httpd's expressions: comparisons, file tests, `&&`, `||`, `!`."""

    def __init__(self, facts: Facts, text: str) -> None:
        self.facts = facts
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                self.tokens = [("bad", "")]
                return
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()

    def read(self) -> bool | None:
        try:
            found = self._or()
        except (ValueError, RecursionError):
            return None
        return found if self.at == len(self.tokens) else None

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        return token

    def _or(self) -> bool | None:
        found = self._and()
        while self._peek() == ("sign", "||"):
            self.at += 1
            other = self._and()
            found = True if found or other else None if found is None or other is None else False
        return found

    def _and(self) -> bool | None:
        found = self._not()
        while self._peek() == ("sign", "&&"):
            self.at += 1
            other = self._not()
            found = False if found is False or other is False else None if found is None or other is None else True
        return found

    def _not(self) -> bool | None:
        if self._peek() == ("sign", "!"):
            self.at += 1
            found = self._not()
            return None if found is None else not found
        return self._test()

    def _test(self) -> bool | None:
        kind, text = self._next()
        if (kind, text) == ("sign", "("):
            found = self._or()
            if self._next() != ("sign", ")"):
                raise ValueError(text)
            return found
        if kind == "name":
            return text == "true"
        if kind == "sign":
            return self._unary(text)
        return self._comparison(kind, text)

    def _unary(self, sign: str) -> bool | None:
        value = self._value(*self._next())
        if sign in ("-n", "-z"):
            return None if value is None else bool(value) is (sign == "-n")
        if sign not in ("-f", "-d", "-e"):
            raise ValueError(sign)
        return None if value is None else self.facts.is_file(sign[1], value)

    def _comparison(self, kind: str, text: str) -> bool | None:
        left = self._value(kind, text)
        operator = self._next()[1]
        kind, text = self._next()
        if operator in ("=~", "!~"):
            found = self._matches(left, kind, text)
            return None if found is None else found is (operator == "=~")
        right = self._value(kind, text)
        if operator not in ("==", "=", "!=", "-eq", "-ne", "-ipmatch"):
            raise ValueError(operator)
        if left is None or right is None or (operator in ("-eq", "-ne") and not (left + right).isdigit()):
            return None
        if operator == "-ipmatch":
            return is_in(left, right)
        return (left == right) is (operator not in ("!=", "-ne"))

    def _value(self, kind: str, text: str) -> str | None:
        if kind != "word":
            raise ValueError(text)
        if text.startswith("%{"):
            return self.facts.variable(text[2:-1])
        if text[0] in "'\"":
            if "%{" in text or "$" in text:
                return None
            return text[1:-1]
        return text

    def _matches(self, left: str | None, kind: str, text: str) -> bool | None:
        if kind == "regex":
            nocase = text.endswith("i")
            text = text.removesuffix("i").removeprefix("m")[1:-1]
        elif kind == "word" and text[0] in "'\"":
            nocase, text = False, text[1:-1]
        else:
            raise ValueError(text)
        pattern = regex(text, nocase=nocase)
        return None if pattern is None or left is None else pattern.search(left) is not None
