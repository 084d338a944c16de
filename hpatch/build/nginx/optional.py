"""Modules of nginx that need a library: which of them cannot be built of a tree on this machine, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hpatch import files
from hpatch.build.compiler import has_header
from hpatch.build.options import given
from hpatch.build.trees.source import SourceTree
from hpatch.records import NamedTuple


class ModuleNeed(NamedTuple):
    """What a module needs: one of the headers, the first of which is in Debian's package.

    `named` is configure's option with which a user says where the library is. `off` is how configure leaves the module
    out; "" for a module that it takes only when asked to.
    """

    headers: tuple[str, ...]
    package: str
    named: str
    off: str


_NEEDS: Mapping[str, ModuleNeed] = {
    "http_rewrite_module": ModuleNeed(
        headers=("pcre2.h", "pcre.h"), package="libpcre2-dev", named="with-pcre", off="--without-http_rewrite_module"
    ),
    "http_gzip_module": ModuleNeed(
        headers=("zlib.h",), package="zlib1g-dev", named="with-zlib", off="--without-http_gzip_module"
    ),
    "http_ssl_module": ModuleNeed(headers=("openssl/ssl.h",), package="libssl-dev", named="with-openssl", off=""),
}
_PCRE = ModuleNeed(headers=("pcre.h",), package="libpcre3-dev", named="with-pcre", off="--without-http_rewrite_module")
"""The rewrite module of a release that does not know PCRE2; 1.21.5 was the first that does (nginx's CHANGES)."""
_ASKED = ("http_ssl_module", "http_v2_module", "http_realip_module", "http_stub_status_module", "threads")
"""What a reverse proxy uses and configure takes only when asked to; what a release does not know is not asked for."""


def left_out(tree: SourceTree, arguments: Sequence[str] = ()) -> Mapping[str, str]:
    """The modules that cannot be built, each with the reason in a few words; `arguments` are the user's."""
    found = {}
    for name, need in _needs(tree).items():
        told = given(arguments, need.named, need.off.removeprefix("--") or f"without-{name}")
        if not told and not any(map(has_header, need.headers)):
            headers = " or ".join(need.headers)
            found[name] = f"{headers} is not there; on Debian: apt-get install {need.package}"
    return found


def arguments(tree: SourceTree, without: Mapping[str, str]) -> tuple[str, ...]:
    """What configure is told about modules."""
    known = files.read(tree.root, "auto/options") or b""
    asked = [f"--with-{name}" for name in _ASKED if name not in without and f"--with-{name})".encode() in known]
    off = [need.off for name, need in _needs(tree).items() if name in without and need.off]
    return (*asked, *off)


def _needs(tree: SourceTree) -> Mapping[str, ModuleNeed]:
    knows = b"pcre2.h" in (files.read(tree.root, "auto/lib/pcre/conf") or b"")
    return _NEEDS if knows else {**_NEEDS, "http_rewrite_module": _PCRE}
