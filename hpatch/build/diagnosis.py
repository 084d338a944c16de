"""What went wrong in a build, by its log: the first error with its file and line, and the packages that are missing."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from hpatch.records import NamedTuple

_ERROR = re.compile(rb"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:\d+:)?[ \t]+(?:fatal )?error: (?P<what>.*)")
_LINKER = re.compile(rb"^(?:\S*/)?ld(?:\.\w+)?: (?P<what>.*(?:cannot find|undefined reference|error).*)")
_UNDEFINED = re.compile(rb"^(?:\S*ld: )?(?P<file>[^\s:][^:]*):(?:\(?[^)\s]*\)?:)? (?P<what>undefined reference to .*)")
_CONFIGURE = re.compile(rb"^(?:checking .*|\S*/)?configure: error: (?P<what>.*)")
_AUTOCONF = re.compile(rb"^(?P<file>configure(?:\.in|\.ac)?):(?P<line>\d+): error: (?P<what>.*)")
_SHELL = re.compile(
    rb"^(?:\./)?(?P<file>configure|buildconf): (?:line )?(?P<line>\d+): (?P<what>.*(?:not found|[Ss]yntax error).*)"
)
_IN_FOLDER = re.compile(r"in [`']")
"""configure's first line of two: the folder; the reason is in the next."""
_CHECKING = re.compile(rb"^configure:\d+: checking ")
_CONFIG_ERROR = re.compile(rb"^configure:\d+: error: ")
_TOLD = re.compile(rb"\berror: |cannot find -l|undefined reference|: not found|[Nn]o such file")
_ENTERING = re.compile(rb"^\S*make\S*: Entering directory '([^']+)'")
_MAKE = re.compile(rb"^\S*make\S*: \*\*\* (?P<what>.*)")
_HEADER = re.compile(r"([\w./-]+\.h): No such file")
_LIBRARY = re.compile(r"cannot find -l([\w+.-]+)")
_REQUESTED = re.compile(r"(mod_\w+) has been requested but can not be built")

_BY_TEXT: Sequence[tuple[str, str]] = (
    (r"APR could not be found|APR not found|apr-1-config|the source for APR", "libapr1-dev"),
    (r"APR-util not found|apu-1-config|apr-util", "libaprutil1-dev"),
    (r"pcre\(2\)-config", "libpcre2-dev"),
    (r"pcre-config", "libpcre3-dev"),
    (r"no acceptable C compiler|C compiler cannot create executables(?! \()|\bcrt\w+\.o", "gcc libc6-dev"),
    (r"expat", "libexpat1-dev"),
)
_BY_MODULE = {
    "mod_ssl": "libssl-dev",
    "mod_socache_dc": "libdistcache-dev",
    "mod_deflate": "zlib1g-dev",
    "mod_brotli": "libbrotli-dev",
    "mod_http2": "libnghttp2-dev",
    "mod_proxy_http2": "libnghttp2-dev",
    "mod_lua": "liblua5.3-dev",
    "mod_md": "libcurl4-openssl-dev libjansson-dev libssl-dev",
    "mod_proxy_html": "libxml2-dev",
    "mod_xml2enc": "libxml2-dev",
    "mod_ldap": "libldap-dev",
    "mod_authnz_ldap": "libldap-dev",
    "mod_session_crypto": "libaprutil1-dev",
    "mod_systemd": "libsystemd-dev",
    "mod_journald": "libsystemd-dev",
}
_BY_HEADER = {
    "apr": "libapr1-dev",
    "apu": "libaprutil1-dev",
    "pcre2": "libpcre2-dev",
    "pcre": "libpcre3-dev",
    "openssl": "libssl-dev",
    "zlib": "zlib1g-dev",
    "expat": "libexpat1-dev",
    "nghttp2": "libnghttp2-dev",
    "libxml": "libxml2-dev",
    "brotli": "libbrotli-dev",
    "curl": "libcurl4-openssl-dev",
    "jansson": "libjansson-dev",
    "stdlib": "libc6-dev",
    "stdio": "libc6-dev",
}
_BY_LIBRARY = {
    "expat": "libexpat1-dev",
    "uuid": "uuid-dev",
    "crypt": "libcrypt-dev",
    "pcre": "libpcre3-dev",
    "pcre2-8": "libpcre2-dev",
    "ssl": "libssl-dev",
    "crypto": "libssl-dev",
    "z": "zlib1g-dev",
}


class Failure(NamedTuple):
    """The first error of a build. `file` is relative to the tree where it is of it; `packages` are Debian's."""

    what: str
    file: str | None = None
    line: int | None = None
    packages: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In one line."""
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        help_ = f"; on Debian: apt-get install {' '.join(self.packages)}" if self.packages else ""
        return f"{place}{self.what}{help_}"


def diagnose(log: bytes, copy: Path) -> Failure | None:
    """The first error that a log tells of; None where it has none. `copy` is the folder that was built in."""
    lines = log.splitlines()
    for find in (_compiler, _configure, _linker, _make):
        failure = find(lines, copy)
        if failure is not None:
            return failure._replace(packages=_packages(failure.what))
    return None


def _compiler(lines: Sequence[bytes], copy: Path) -> Failure | None:
    folder = copy
    for line in lines:
        entering = _ENTERING.match(line)
        if entering is not None:
            folder = Path(os.fsdecode(entering[1]))
            continue
        match = _ERROR.match(line)
        if match is not None and not line.startswith(b"configure"):
            file = _within(os.fsdecode(match["file"]), folder, copy)
            return Failure(_text(match["what"]), file, int(match["line"]))
    return None


def _configure(lines: Sequence[bytes], copy: Path) -> Failure | None:
    for at, line in enumerate(lines):
        for pattern in (_AUTOCONF, _SHELL):
            match = pattern.match(line)
            if match is not None:
                return Failure(_text(match["what"]), _text(match["file"]), int(match["line"]))
        match = _CONFIGURE.match(line)
        if match is None:
            continue
        what = _text(match["what"])
        if _IN_FOLDER.match(what) and at + 1 < len(lines):
            following = _CONFIGURE.match(lines[at + 1])
            what = _text(following["what"]) if following is not None else what
        cause = _cause(copy)
        return Failure(f"{what} ({cause})" if cause else what, "configure")
    return None


def _cause(copy: Path) -> str | None:
    """What the compiler said in the check with which configure gave up, by its config.log; None where nothing."""
    try:
        lines = (copy / "config.log").read_bytes().splitlines()
    except OSError:
        return None
    end = next((at for at, line in enumerate(lines) if _CONFIG_ERROR.match(line)), 0)
    for at in range(end - 1, -1, -1):
        if _CHECKING.match(lines[at]):
            found = (line for line in lines[at:end] if _TOLD.search(line) and not line.startswith(b"configure:"))
            return next(map(_text, found), None)
    return None


def _linker(lines: Sequence[bytes], copy: Path) -> Failure | None:
    for line in lines:
        undefined = _UNDEFINED.match(line)
        if undefined is not None:
            file = _within(os.fsdecode(undefined["file"]), copy, copy)
            return Failure(_text(undefined["what"]), file)
        match = _LINKER.match(line)
        if match is not None:
            return Failure(_text(match["what"]))
    return None


def _make(lines: Sequence[bytes], copy: Path) -> Failure | None:
    for line in lines:
        match = _MAKE.match(line)
        if match is not None:
            return Failure(_text(match["what"]))
    return None


def _within(file: str, folder: Path, copy: Path) -> str:
    """A file as the compiler named it, relative to the tree: it was called in a folder of the copy."""
    path = Path(os.path.normpath(folder / file))
    if not path.exists() and not file.startswith("/"):
        # make's folders interleave where it runs several at once.
        found = [one for one in copy.rglob(Path(file).name) if one.as_posix().endswith(f"/{file.removeprefix('./')}")]
        path = found[0] if len(found) == 1 else path
    return str(path.relative_to(copy)) if path.is_relative_to(copy) else file


def _packages(what: str) -> tuple[str, ...]:
    module = _REQUESTED.search(what)
    if module is not None:
        return tuple(_BY_MODULE.get(module[1], "").split())
    header = _HEADER.search(what)
    if header is not None:
        name = header[1].lower()
        first = name.split("/")[0].removesuffix(".h")
        keys = [first, *(key for key in _BY_HEADER if first.startswith(f"{key}_"))]
        return next((tuple(_BY_HEADER[key].split()) for key in keys if key in _BY_HEADER), ())
    library = _LIBRARY.search(what)
    if library is not None:
        return tuple(_BY_LIBRARY.get(library[1], "").split())
    return next((tuple(names.split()) for pattern, names in _BY_TEXT if re.search(pattern, what)), ())


def last_words(log: bytes) -> str:
    """The last line of a log in which a program says something, for want of an error."""
    lines = (_text(line) for line in reversed(log.splitlines()) if not line.startswith(b"$ "))
    return next(filter(None, lines), "it said nothing")


def _text(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape").strip()
