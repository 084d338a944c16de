"""Unix sockets that this version of httpd cannot use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.versions import since
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.builds import cured

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import MappingKind, Target
    from hpatch.versions import Version

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_SOCKETS = "unix-sockets"
_HANDED = "unix-sockets-handed"
_SCGI = "unix-sockets-scgi"


@rule("WK035", "uds-too-old", "error", references=(f"{_MANUAL}#proxypass", f"{_MANUAL}#handler"))
def uds_too_old(context: Context) -> Iterator[Found]:
    """This version of httpd cannot reach a Unix socket with this line.

    - ProxyPass, BalancerMember and `<Proxy>`: from httpd 2.4.8 on. httpd 2.4.7 and older refuse to start ("URL must be
      absolute!"), whatever the manual says about 2.4.7.
    - ProxyPass with `scgi://` and no port: from httpd 2.4.10 on. 2.4.8 and 2.4.9 start and send the requests to port
      4000 of the URL's host.
    - `SetHandler "proxy:unix:…"`: from httpd 2.4.10 on. Older versions do not know such a handler. They send the file
      itself, for example the source of a PHP script.
    - `RewriteRule … [P]`: from httpd 2.4.10 on. Older versions answer with an error.

    The rule needs the version of httpd (`--httpd-version`, `--httpd`).

    Let the backend listen on a TCP port, or upgrade httpd.

    Fires on::

        # options: --httpd-version 2.4.7
        ProxyPass "/app/" "unix:/run/app.sock|http://app/"

    Fires on (a handler)::

        # options: --httpd-version 2.4.9
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php.sock|fcgi://php/"
        </FilesMatch>

    Write instead::

        # options: --httpd-version 2.4.7
        ProxyPass "/app/" "http://127.0.0.1:8080/"

    Silent on (httpd 2.4.8 has Unix sockets)::

        # options: --httpd-version 2.4.8
        ProxyPass "/app/" "unix:/run/app.sock|http://app/"

    Source: `ap_proxy_define_worker` and `ap_proxy_pre_request` (proxy_util.c), `proxy_handler` (mod_proxy.c) and
    `scgi_canon` (mod_proxy_scgi.c) of 2.4.7 to 2.4.10; CHANGES of 2.4.8 (it lists Unix sockets under 2.4.7 too) and of
    2.4.10.
    """
    if not context.before(_HANDED):
        return
    version = context.version
    assert version is not None
    seen: set[tuple[int, int]] = set()
    for target, kind in _sockets(context):
        line = (id(target.node), target.index)
        if line in seen or (target.scheme == "scgi" and not context.before(_SOCKETS) and cured(context, "r1592529")):
            continue
        seen.add(line)
        if context.before(_SOCKETS) and kind not in ("SetHandler", "RewriteRule"):
            yield _refused(target, version)
            continue
        found = _lost(target, kind, version)
        if found is not None:
            yield found


def _sockets(context: Context) -> Iterator[tuple[Target, MappingKind | None]]:
    """Every target with a socket, and the kind of its mapping; None where there is no mapping."""
    for mapping in context.mappings:
        if mapping.target is not None and mapping.target.socket is not None:
            yield mapping.target, mapping.kind
    for worker in context.workers:
        for definition in worker.definitions:
            if definition.target.socket is not None:
                yield definition.target, None


def _refused(target: Target, version: Version) -> Found:
    first = since(_SCGI if target.scheme == "scgi" else _SOCKETS)
    return Found(
        target.place,
        f'httpd {version} refuses to start with "{target.text}": it has no Unix sockets',
        help=f"Use a TCP port, or httpd {first} or later.",
        node=target.node,
    )


def _lost(target: Target, kind: MappingKind | None, version: Version) -> Found | None:
    """What an httpd before 2.4.10 makes of a socket that it does not refuse; None if it uses the socket."""
    instead, first = "Use a TCP port", since(_HANDED)
    if kind == "SetHandler":
        what = f'httpd {version} does not know the handler "proxy:{target.text}": it sends the file itself'
        instead = "Use ProxyPassMatch and a TCP port"
    elif kind == "RewriteRule":
        what = f'httpd {version} answers requests for "{target.text}" with an error: [P] has no Unix sockets there'
    elif kind is not None and target.scheme == "scgi" and target.port is None:
        what = (
            f'httpd {version} does not use the socket of "{target.text}": it connects to port 4000 of "{target.host}"'
        )
        first = since(_SCGI)
    else:
        return None
    return Found(target.place, what, help=f"{instead}, or httpd {first} or later.", node=target.node)
